import type { OrderPlan, Plan } from "./plan.ts";
import type { Random } from "./random.ts";

/** How the price is named, what the dashboard does to the lines, and whether an older version opened the checkout. */
export interface LinePlan {
  /** By its lookup key rather than by its id. */
  byKey: boolean;
  /** What Stripe's page adds to the chosen line, or replaces it with. */
  dashboard: "nothing" | "cross_sell" | "unknown_line" | "upsell";
  /** How long after the payment the lookup keys of the bought prices move on to other prices. */
  keysMoveAfterMs: number | undefined;
  /** Opened by an older version of the shop, when it was at another address. */
  isFromBefore: boolean;
}

const AS_EVER: LinePlan = {
  byKey: false,
  dashboard: "nothing",
  keysMoveAfterMs: undefined,
  isFromBefore: false,
};

/** Drawn from its own stream, so that older parts of a seed's plan stay as they were. */
export function withLines(plan: Plan, random: Random): Plan {
  // A key that has moved sells another price, so keys move only where there is one order.
  const keysMayMove = plan.orders.length === 1;
  return {
    ...plan,
    orders: plan.orders.map((order) => ({ ...order, lines: drawLines(order, keysMayMove, random) })),
  };
}

function drawLines({ kind }: OrderPlan, keysMayMove: boolean, random: Random): LinePlan {
  const [byKey, adds, moves, isOld] = [0.5, 0.4, 0.4, 0.15].map((chance) => random.chance(chance));
  const dashboard = random.pick(["cross_sell", "cross_sell", "unknown_line", "upsell"] as const);
  const delayMs = random.pick([0, 50, 3_000, 60_000]);
  const isDigital = kind === "card" || kind === "delayed_paid" || kind === "delayed_failed";
  if (!isDigital) return AS_EVER;
  // An older version noted the lookup key and not the price, so the shop could not tell that its one line was exchanged.
  const isTold = isOld !== true || dashboard !== "upsell";
  return {
    byKey: byKey === true,
    dashboard: adds === true && isTold ? dashboard : "nothing",
    // An older version did not note the lookup key of a price that was bought by its id.
    keysMoveAfterMs: keysMayMove && moves === true && isOld !== true ? delayMs : undefined,
    isFromBefore: isOld === true && kind === "card",
  };
}
