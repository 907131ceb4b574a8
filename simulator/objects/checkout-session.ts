import type { CheckoutSession } from "../state/stored.ts";

/** The settings a shop may send and Stripe gives back as they came. */
export type SessionSettings = Pick<
  CheckoutSession,
  | "adaptive_pricing"
  | "allow_promotion_codes"
  | "allowed_payment_method_types"
  | "billing_address_collection"
  | "automatic_tax"
  | "cancel_url"
  | "client_reference_id"
  | "consent_collection"
  | "custom_fields"
  | "customer"
  | "customer_creation"
  | "customer_email"
  | "excluded_payment_method_types"
  | "integration_identifier"
  | "locale"
  | "managed_payments"
  | "metadata"
  | "mode"
  | "origin_context"
  | "payment_method_collection"
  | "payment_method_types"
  | "phone_number_collection"
  | "shipping_address_collection"
  | "submit_type"
  | "success_url"
  | "tax_id_collection"
  | "ui_mode"
>;

export function checkoutSession(
  fields: SessionSettings & {
    id: string;
    amount: number;
    currency: string;
    created: number;
    expires_at: number;
    url: string;
  },
): CheckoutSession {
  const { id, amount, ...settings } = fields;
  return {
    id,
    object: "checkout.session",
    ...settings,
    after_expiration: null,
    amount_subtotal: amount,
    amount_total: amount,
    client_secret: null,
    collected_information: { business_name: null, individual_name: null, shipping_details: null },
    consent: null,
    currency_conversion: null,
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer_account: null,
    customer_details:
      fields.customer_email === null
        ? null
        : customerDetails({ email: fields.customer_email, name: null, phone: null }),
    discounts: [],
    invoice: null,
    invoice_creation:
      fields.mode === "payment"
        ? {
            enabled: false,
            invoice_data: {
              account_tax_ids: null,
              custom_fields: null,
              description: null,
              footer: null,
              issuer: null,
              metadata: {},
              rendering_options: null,
            },
          }
        : null,
    livemode: false,
    // Null until the buyer first tries to pay.
    payment_intent: null,
    payment_link: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_status: "unpaid",
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_cost: null,
    shipping_options: [],
    status: "open",
    subscription: null,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    wallet_options: null,
  };
}

export function customerDetails(fields: {
  email: string;
  name: string | null;
  phone: string | null;
}): NonNullable<CheckoutSession["customer_details"]> {
  return {
    address: null,
    business_name: null,
    email: fields.email,
    individual_name: null,
    name: fields.name,
    phone: fields.phone,
    tax_exempt: "none",
    tax_ids: [],
  };
}
