import type { SessionSettings } from "../../objects/checkout-session.ts";
import { nowSeconds, type World } from "../../state/world.ts";
import { createSession, type SessionPlans } from "../../transitions/create-session.ts";
import { StripeApiError, noSuch } from "../errors.ts";
import { expand } from "../expand.ts";
import type { ParametersOf } from "../parameters.ts";
import { route } from "../route.ts";
import { createSessionParameters, ignored } from "./checkout-session-parameters.ts";
import { resolveLines } from "./checkout-session-lines.ts";
import { resolveShippingRates } from "./checkout-shipping-rates.ts";
import { availablePaymentMethods } from "./payment-method-types.ts";
import { isEmailAddress, refuseBadUrl } from "./text-formats.ts";

type Parameters = ParametersOf<typeof createSessionParameters>;

export const createCheckoutSession = route({
  method: "POST",
  path: "/v1/checkout/sessions",
  parameters: createSessionParameters,
  run({ world, notice, parameters }) {
    refuseWhatCannotBeSimulated(parameters);
    refuseConflicts(parameters);
    const successUrl = parameters.success_url;
    if (successUrl === undefined) throw missing("success_url");
    refuseBadUrl(successUrl, "success_url");
    if (parameters.cancel_url !== undefined) refuseBadUrl(parameters.cancel_url, "cancel_url");
    if (parameters.customer_email !== undefined && !isEmailAddress(parameters.customer_email)) {
      throw new StripeApiError(`Invalid email address: ${parameters.customer_email}`, {
        code: "email_invalid",
        param: "customer_email",
      });
    }
    if (parameters.customer !== undefined && world.state.customers[parameters.customer] === undefined) {
      throw noSuch("customer", parameters.customer, "customer", 400);
    }
    const lines = resolveLines(world, parameters, notice);
    const shippingRates = resolveShippingRates(parameters, lines[0]?.price.currency ?? "usd", notice);
    noticeIgnored(parameters, notice);
    if (parameters.automatic_tax?.enabled === true) {
      notice("The simulated Stripe computes no tax; real Stripe adds what your tax settings say.");
    }
    const session = createSession(
      world,
      settingsOf(parameters, successUrl, lines[0]?.price.currency ?? "usd"),
      lines,
      { ...plansOf(parameters), shippingRates },
      expiresAt(world, parameters.expires_at),
    );
    return expand(world.state, session, parameters.expand ?? []);
  },
});

function refuseWhatCannotBeSimulated(parameters: Parameters): void {
  const uiMode = parameters.ui_mode ?? "hosted_page";
  if (uiMode !== "hosted_page") {
    throw new StripeApiError(
      `The simulated Stripe has only the hosted page; \`ui_mode: ${uiMode}\` needs real Stripe.`,
      {
        param: "ui_mode",
      },
    );
  }
  if (parameters.mode === "setup") {
    throw new StripeApiError("The simulated Stripe sells; `mode: setup` needs real Stripe.", {
      param: "mode",
    });
  }
}

function refuseConflicts(parameters: Parameters): void {
  const { mode } = parameters;
  if (parameters.line_items === undefined) throw missing("line_items");
  refuseBoth(parameters, "customer", "customer_email");
  refuseBoth(parameters, "allow_promotion_codes", "discounts");
  refuseBoth(parameters, "allowed_payment_method_types", "excluded_payment_method_types");
  if (mode === "subscription" && parameters.customer_creation !== undefined) {
    throw new StripeApiError("`customer_creation` can only be used in `payment` and `setup` mode.", {
      param: "customer_creation",
    });
  }
  if (mode === "subscription" && parameters.payment_intent_data !== undefined) {
    throw new StripeApiError("You can not pass `payment_intent_data` in `subscription` mode.", {
      param: "payment_intent_data",
    });
  }
  if (mode === "payment" && parameters.subscription_data !== undefined) {
    throw new StripeApiError("You can not pass `subscription_data` in `payment` mode.", {
      param: "subscription_data",
    });
  }
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

function refuseBoth(parameters: Parameters, one: keyof Parameters, other: keyof Parameters): void {
  if (parameters[one] === undefined || parameters[other] === undefined) return;
  throw new StripeApiError(`You may only specify one of these parameters: ${one}, ${other}.`, {
    code: "parameters_exclusive",
    param: one,
  });
}

function missing(param: string): StripeApiError {
  return new StripeApiError(`Missing required param: ${param}.`, { code: "parameter_missing", param });
}

function expiresAt(world: World, asked: number | undefined): number {
  const now = nowSeconds(world);
  if (asked === undefined) return now + 86_400;
  if (asked < now + 30 * 60) {
    throw new StripeApiError(
      "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
      {
        param: "expires_at",
      },
    );
  }
  if (asked > now + 86_400) {
    throw new StripeApiError(
      "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
      {
        param: "expires_at",
      },
    );
  }
  return asked;
}

function noticeIgnored(parameters: Parameters, notice: (message: string) => void): void {
  for (const [name, parameter] of Object.entries(createSessionParameters)) {
    if (parameter !== ignored || parameters[name as keyof Parameters] === undefined) continue;
    notice(`The simulated Stripe accepts \`${name}\` and does nothing with it; real Stripe would.`);
  }
}

function settingsOf(parameters: Parameters, successUrl: string, currency: string): SessionSettings {
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

function plansOf(parameters: Parameters): Omit<SessionPlans, "shippingRates"> {
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
