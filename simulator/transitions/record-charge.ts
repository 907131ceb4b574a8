import { charge, type ChargeFailure } from "../objects/charge.ts";
import type { Charge, PaymentIntent, PaymentMethod } from "../state/stored.ts";
import { newId, nowSeconds, type World } from "../state/world.ts";

/** One try to collect a payment, which becomes the payment intent's latest charge. */
export function recordCharge(
  world: World,
  { paymentIntent, paymentMethod }: { paymentIntent: PaymentIntent; paymentMethod: PaymentMethod },
  status: "succeeded" | "pending" | "failed",
  details: { failure?: ChargeFailure; threeDSecure?: boolean } = {},
): Charge {
  const id = newId(world, "ch");
  const made = charge({
    id,
    paymentIntent,
    paymentMethod,
    status,
    failure: details.failure ?? null,
    threeDSecure: details.threeDSecure ?? false,
    receiptUrl: new URL(`/c/receipts/${id}`, world.publicUrl).href,
    created: nowSeconds(world),
  });
  world.state.charges[id] = made;
  paymentIntent.latest_charge = id;
  return made;
}
