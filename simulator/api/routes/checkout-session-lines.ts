import type { Price } from "../../state/stored.ts";
import type { World } from "../../state/world.ts";
import type { SessionLine } from "../../transitions/create-session.ts";
import { StripeApiError, noSuch } from "../errors.ts";
import type { ParametersOf } from "../parameters.ts";
import type { createSessionParameters } from "./checkout-session-parameters.ts";

type Parameters = ParametersOf<typeof createSessionParameters>;
type Line = NonNullable<Parameters["line_items"]>[number];

/** https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, for currencies likely here. */
const minimumAmount: Record<string, number> = {
  usd: 50,
  eur: 50,
  gbp: 30,
  chf: 50,
  jpy: 50,
  cad: 50,
  aud: 50,
};
const maximumAmount = 99_999_999;

/** Finds the prices of `line_items` and applies Stripe's rules about what may be sold together. */
export function resolveLines(
  world: World,
  parameters: Parameters,
  notice: (message: string) => void,
): SessionLine[] {
  const lines = (parameters.line_items ?? []).map((line, index) => resolveLine(world, line, index, notice));
  refuseMixedCurrencies(lines);
  refuseWrongMode(lines, parameters.mode);
  refuseTooManyLines(lines, parameters.mode);
  refuseAmount(lines);
  return lines;
}

function resolveLine(
  world: World,
  line: Line,
  index: number,
  notice: (message: string) => void,
): SessionLine {
  const at = `line_items[${index}]`;
  if (line.price_data !== undefined) {
    throw new StripeApiError(
      "The simulated Stripe makes no prices on the fly: add the price to simulator/catalog.json and send its id.",
      { param: `${at}[price_data]` },
    );
  }
  if (line.price === undefined) {
    throw new StripeApiError(`Missing required param: ${at}[price].`, {
      code: "parameter_missing",
      param: `${at}[price]`,
    });
  }
  const price = world.state.prices[line.price];
  if (price === undefined) {
    notice(`The simulated Stripe has no price ${line.price}: add it to simulator/catalog.json.`);
    throw noSuch("price", line.price, `${at}[price]`, 400);
  }
  if (!price.active) {
    throw new StripeApiError("The price specified is inactive. This field only accepts active prices.", {
      param: `${at}[price]`,
    });
  }
  if (line.quantity === undefined) {
    throw new StripeApiError(`Quantity is required. Add \`quantity\` to \`${at}\`.`, { param: at });
  }
  return {
    price,
    description: world.state.products[price.product]?.name ?? price.id,
    quantity: line.quantity,
    adjustableQuantity:
      line.adjustable_quantity === undefined
        ? null
        : {
            enabled: line.adjustable_quantity.enabled,
            maximum: line.adjustable_quantity.maximum ?? 99,
            minimum: line.adjustable_quantity.minimum ?? 0,
          },
    metadata: line.metadata ?? {},
  };
}

function refuseMixedCurrencies(lines: SessionLine[]): void {
  const expected = lines[0]?.price.currency;
  const index = lines.findIndex((line) => line.price.currency !== expected);
  const odd = lines[index]?.price;
  if (odd === undefined) return;
  throw new StripeApiError(
    `The price specified only supports \`${odd.currency}\`. This doesn't match the expected currency: \`${expected}\`.`,
    { param: `line_items[${index}][price]` },
  );
}

function refuseWrongMode(lines: SessionLine[], mode: string): void {
  const recurring = lines.filter((line) => isRecurring(line.price));
  if (mode === "payment" && recurring.length > 0) {
    throw new StripeApiError(
      "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.",
      { param: "mode" },
    );
  }
  if (mode !== "subscription") return;
  if (recurring.length === 0) {
    throw new StripeApiError(
      "You must provide at least one recurring price in `subscription` mode when using prices.",
      { param: "mode" },
    );
  }
  const intervals = new Set(
    recurring.map(({ price }) => `${price.recurring?.interval_count} ${price.recurring?.interval}`),
  );
  if (intervals.size > 1) {
    throw new StripeApiError("Checkout does not support multiple prices with different billing intervals.", {
      param: "line_items",
    });
  }
}

function refuseTooManyLines(lines: SessionLine[], mode: string): void {
  const recurring = lines.filter((line) => isRecurring(line.price)).length;
  const oneTime = lines.length - recurring;
  const tooMany = mode === "payment" ? lines.length > 100 : recurring > 20 || oneTime > 20;
  if (!tooMany) return;
  throw new StripeApiError(
    mode === "payment"
      ? "You can have at most 100 line items in `payment` mode."
      : "You can have at most 20 recurring and 20 one-time line items in `subscription` mode.",
    { param: "line_items" },
  );
}

function refuseAmount(lines: SessionLine[]): void {
  const total = lines.reduce((sum, line) => sum + (line.price.unit_amount ?? 0) * line.quantity, 0);
  const currency = lines[0]?.price.currency ?? "usd";
  const minimum = minimumAmount[currency] ?? 1;
  // A free order is allowed, a tiny one is not.
  if (total > 0 && total < minimum) {
    throw new StripeApiError(
      `The Checkout Session's total amount due must add up to at least ${minimum} in the smallest unit of ${currency}.`,
      { code: "amount_too_small", param: "line_items" },
    );
  }
  if (total > maximumAmount) {
    throw new StripeApiError(
      `The Checkout Session's total amount due must be no more than ${maximumAmount} in the smallest unit of ${currency}.`,
      { code: "amount_too_large", param: "line_items" },
    );
  }
}

function isRecurring(price: Price): boolean {
  return price.type === "recurring";
}
