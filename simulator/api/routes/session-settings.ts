import type { SessionSettings } from "../../objects/checkout-session.ts";
import type { SessionPlans } from "../../transitions/create-session.ts";
import type { ParametersOf } from "../parameters.ts";
import type { createSessionParameters } from "./checkout-session-parameters.ts";
import { availablePaymentMethods } from "./payment-method-types.ts";

type Parameters = ParametersOf<typeof createSessionParameters>;

/** What a session shows of the parameters it was created with; what was left out is as Stripe sets it. */
export function settingsOf(
  parameters: Parameters,
  { successUrl, currency, isManaged }: { successUrl: string; currency: string; isManaged: boolean },
): SessionSettings {
  const isPayment = parameters.mode === "payment";
  return {
    adaptive_pricing: { enabled: parameters.adaptive_pricing?.enabled ?? false },
    allow_promotion_codes: parameters.allow_promotion_codes ?? null,
    allowed_payment_method_types: parameters.allowed_payment_method_types ?? null,
    automatic_tax: {
      enabled: parameters.automatic_tax?.enabled ?? false,
      liability: null,
      provider: null,
      status: parameters.automatic_tax?.enabled === true ? "complete" : null,
    },
    billing_address_collection: parameters.billing_address_collection ?? null,
    cancel_url: parameters.cancel_url ?? null,
    client_reference_id: parameters.client_reference_id ?? null,
    consent_collection:
      parameters.consent_collection === undefined
        ? null
        : {
            payment_method_reuse_agreement: null,
            promotions: null,
            terms_of_service: parameters.consent_collection.terms_of_service ?? "none",
          },
    custom_fields: (parameters.custom_fields ?? []).map(toCustomField),
    customer: parameters.customer ?? null,
    customer_creation: isPayment ? (parameters.customer_creation ?? "if_required") : null,
    customer_email: parameters.customer_email ?? null,
    ...(parameters.excluded_payment_method_types === undefined
      ? {}
      : { excluded_payment_method_types: parameters.excluded_payment_method_types }),
    integration_identifier: parameters.integration_identifier ?? null,
    locale: parameters.locale ?? null,
    managed_payments: { enabled: isManaged },
    metadata: parameters.metadata ?? {},
    mode: parameters.mode,
    origin_context: parameters.origin_context ?? null,
    payment_method_collection: isPayment ? "if_required" : (parameters.payment_method_collection ?? "always"),
    payment_method_types: availablePaymentMethods(parameters, currency),
    phone_number_collection: { enabled: parameters.phone_number_collection?.enabled ?? false },
    shipping_address_collection:
      parameters.shipping_address_collection === undefined ? null : parameters.shipping_address_collection,
    submit_type: parameters.submit_type ?? null,
    success_url: successUrl,
    tax_id_collection: {
      enabled: parameters.tax_id_collection?.enabled ?? false,
      required: parameters.tax_id_collection?.required ?? "never",
    },
    ui_mode: "hosted_page",
  };
}

/** What the session's payment, or its subscription, will be made with. */
export function plansOf(parameters: Parameters): Omit<SessionPlans, "shippingRates"> {
  return {
    paymentIntentMetadata: parameters.payment_intent_data?.metadata ?? {},
    paymentIntentDescription: parameters.payment_intent_data?.description ?? null,
    receiptEmail: parameters.payment_intent_data?.receipt_email ?? null,
    statementDescriptor: parameters.payment_intent_data?.statement_descriptor ?? null,
    statementDescriptorSuffix: parameters.payment_intent_data?.statement_descriptor_suffix ?? null,
    subscriptionMetadata: parameters.subscription_data?.metadata ?? {},
    subscriptionDescription: parameters.subscription_data?.description ?? null,
  };
}

type SessionField = SessionSettings["custom_fields"][number];

function toCustomField(field: NonNullable<Parameters["custom_fields"]>[number]): SessionField {
  const { key, label, optional = false, type } = field;
  const lengths = (
    limits: { maximum_length?: number | undefined; minimum_length?: number | undefined } = {},
  ) => ({
    default_value: null,
    maximum_length: limits.maximum_length ?? null,
    minimum_length: limits.minimum_length ?? null,
    value: null,
  });
  return {
    key,
    label,
    optional,
    type,
    ...(type === "dropdown" && {
      dropdown: { default_value: null, options: field.dropdown?.options ?? [], value: null },
    }),
    ...(type === "numeric" && { numeric: lengths(field.numeric) }),
    ...(type === "text" && { text: lengths(field.text) }),
  };
}
