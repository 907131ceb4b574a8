import type { PaymentIntent } from "../state/stored.ts";

/** What differs between a payment made at Checkout and one that renews a subscription. */
export type PaymentIntentSettings = Pick<
  PaymentIntent,
  | "allowed_payment_method_types"
  | "amount"
  | "currency"
  | "customer"
  | "description"
  | "excluded_payment_method_types"
  | "metadata"
  | "payment_method_types"
  | "receipt_email"
  | "setup_future_usage"
  | "shipping"
  | "statement_descriptor"
  | "statement_descriptor_suffix"
>;

export function paymentIntent(
  fields: PaymentIntentSettings & { id: string; clientSecret: string; created: number },
): PaymentIntent {
  const { id, clientSecret, created, ...settings } = fields;
  return {
    id,
    object: "payment_intent",
    ...settings,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic_async",
    client_secret: clientSecret,
    confirmation_method: "automatic",
    created,
    customer_account: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_record: null,
    processing: null,
    review: null,
    source: null,
    status: "requires_payment_method",
    transfer_data: null,
    transfer_group: null,
  };
}
