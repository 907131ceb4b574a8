import { nowSeconds, type World } from "../../state/world.ts";
import { createSession } from "../../transitions/create-session.ts";
import { StripeApiError, noSuch } from "../errors.ts";
import { expand } from "../expand.ts";
import type { ParametersOf } from "../parameters.ts";
import { route } from "../route.ts";
import { createSessionParameters, ignored } from "./checkout-session-parameters.ts";
import { resolveLines } from "./checkout-session-lines.ts";
import { refuseManaged } from "./managed-payments.ts";
import { resolveShippingRates } from "./checkout-shipping-rates.ts";
import { plansOf, settingsOf } from "./session-settings.ts";
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
    const isManaged = parameters.managed_payments?.enabled ?? world.managedPaymentsByDefault;
    if (isManaged) refuseManaged(world, parameters, lines);
    const shippingRates = resolveShippingRates(parameters, lines[0]?.price.currency ?? "usd", notice);
    noticeIgnored(parameters, notice);
    if (parameters.automatic_tax?.enabled === true) {
      notice("The simulated Stripe computes no tax; real Stripe adds what your tax settings say.");
    }
    const session = createSession(
      world,
      settingsOf(parameters, { successUrl, currency: lines[0]?.price.currency ?? "usd", isManaged }),
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
