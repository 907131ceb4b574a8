import type { SimulatedStripe } from "../../simulator/simulated-stripe.ts";
import type { Random } from "./random.ts";

type Pay = NonNullable<Parameters<SimulatedStripe["buyer"]["pay"]>[1]>;

/** What makes an order more than one price: how many, a promotion code, a tax within the price or on top, a shipping rate. */
export interface Basket {
  quantity: number;
  /** The buyer's choices on the payment page. A choice that the session does not offer has no effect. */
  choices: Pick<Pay, "percentOff" | "tax">;
  /** The index of the chosen shipping rate. */
  shippingRate: number;
}

export function drawBasket(random: Random): Basket {
  const percentOff = random.pick([0, 0, 10, 15]);
  const tax = random.pick([
    { percent: 0, inclusive: true },
    { percent: 0, inclusive: true },
    { percent: 19, inclusive: true },
    { percent: 8.875, inclusive: false },
  ]);
  return {
    quantity: random.pick([1, 1, 1, 2, 3]),
    choices: { percentOff, tax },
    shippingRate: random.pick([0, 0, 1]),
  };
}
