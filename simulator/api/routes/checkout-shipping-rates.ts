import { StripeApiError, noSuch } from "../errors.ts";
import type { ParametersOf } from "../parameters.ts";
import type { createSessionParameters } from "./checkout-session-parameters.ts";

type Parameters = ParametersOf<typeof createSessionParameters>;

/** The ways of sending that a session offers, under Stripe's rules for them. */
export function resolveShippingRates(
  parameters: Parameters,
  currency: string,
  notice: (message: string) => void,
): { name: string; amount: number }[] {
  const options = parameters.shipping_options ?? [];
  if (options.length > 0 && parameters.mode !== "payment") {
    throw new StripeApiError("You can only use `shipping_options` in `payment` mode.", {
      param: "shipping_options",
    });
  }
  return options.map((option, index) => {
    const at = `shipping_options[${index}]`;
    if (option.shipping_rate !== undefined) {
      notice(
        `The simulated Stripe keeps no shipping rates: write ${option.shipping_rate} out as { name, amountMinor, currency } to try it here.`,
      );
      throw noSuch("shipping rate", option.shipping_rate, `${at}[shipping_rate]`, 400);
    }
    const { display_name: name, fixed_amount: fixed } = option.shipping_rate_data ?? {};
    if (name === undefined || fixed === undefined) {
      throw new StripeApiError(`Missing required param: ${at}[shipping_rate_data].`, {
        code: "parameter_missing",
        param: `${at}[shipping_rate_data]`,
      });
    }
    if (fixed.currency !== currency) {
      throw new StripeApiError(
        `The shipping rate's currency \`${fixed.currency}\` doesn't match the expected currency: \`${currency}\`.`,
        { param: `${at}[shipping_rate_data][fixed_amount][currency]` },
      );
    }
    return { name, amount: fixed.amount };
  });
}
