import type { CheckoutIntent } from "../state/state.ts";
import type { CheckoutSession, PaymentIntent } from "../state/stored.ts";

export function paymentIntent(fields: {
  id: string;
  clientSecret: string;
  session: CheckoutSession;
  intent: CheckoutIntent;
  customer: string | null;
  created: number;
}): PaymentIntent {
  const { session, intent } = fields;
  return {
    id: fields.id,
    object: "payment_intent",
    allowed_payment_method_types: session.allowed_payment_method_types,
    amount: session.amount_total ?? 0,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic_async",
    client_secret: fields.clientSecret,
    confirmation_method: "automatic",
    created: fields.created,
    currency: session.currency ?? "usd",
    customer: fields.customer,
    customer_account: null,
    description: session.mode === "subscription" ? "Subscription creation" : intent.paymentIntentDescription,
    excluded_payment_method_types: session.excluded_payment_method_types ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    // A session's own metadata does not travel to its payment: only `payment_intent_data.metadata` does.
    metadata: { ...intent.paymentIntentMetadata },
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: session.payment_method_types,
    payment_record: null,
    processing: null,
    receipt_email: intent.receiptEmail,
    review: null,
    setup_future_usage: session.mode === "subscription" ? "off_session" : null,
    shipping: null,
    source: null,
    statement_descriptor: intent.statementDescriptor,
    statement_descriptor_suffix: intent.statementDescriptorSuffix,
    status: "requires_payment_method",
    transfer_data: null,
    transfer_group: null,
  };
}
