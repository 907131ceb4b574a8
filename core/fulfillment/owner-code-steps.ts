import type { ShopDefinition } from "../shop-definition/shop-definition.ts";
import type { FulfillmentStep } from "../orders/fulfillment-step.ts";

/** The owner's own code, a step for each transition that shop.config.ts has code for. If it throws, it is tried again, like any step. */
export function createOwnerCodeSteps({
  onPaid,
  onRevoked,
  onRestored,
}: ShopDefinition): readonly FulfillmentStep[] {
  return [
    // It probably calls a server somewhere.
    ...stepFor(onPaid, { name: "onPaid", on: ["paid"], whenRevoked: "skip", needsMs: 3_000 }),
    ...stepFor(onRevoked, { name: "onRevoked", on: ["revoked"], whenRevoked: "run", needsMs: 1_500 }),
    ...stepFor(onRestored, { name: "onRestored", on: ["restored"], whenRevoked: "skip", needsMs: 1_500 }),
  ];
}

function stepFor(
  code: ShopDefinition["onPaid"],
  settings: Pick<FulfillmentStep, "name" | "on" | "whenRevoked" | "needsMs">,
): FulfillmentStep[] {
  if (code === undefined) return [];
  return [
    {
      ...settings,
      whenUncertain: "repeat",
      async run(order, { idempotencyKey, signal }) {
        await code(order, { idempotencyKey, signal });
        return "done";
      },
    },
  ];
}
