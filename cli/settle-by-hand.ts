import { createDeadline } from "../core/retry/deadline.ts";
import { settleOrder, type SettleOutcome } from "../core/orders/settle-order.ts";
import type { Services } from "../core/services.ts";
import { noteByHand } from "./note-by-hand.ts";

const MINUTE_MS = 60_000;

/** Outcomes that an owner has to do something about, and what. */
const ADVICE: Partial<Record<SettleOutcome["kind"], string>> = {
  not_found:
    "Stripe does not know this order. Check that STRIPE_SECRET_KEY belongs to the same account and mode (test or live).",
  not_ours:
    "This order belongs to another shop. Check that SHOP_ID and STRIPE_SECRET_KEY are the same here as on your host. If it was sold at a former address of your shop, add that address to ALLOWED_ORIGINS.",
  busy: "This order is being settled right now. Try again in a minute.",
  unfinished: "A step could not be done; the record says why. Fix that, then try again.",
  needs_attention: "A step failed for good; the record says why. Fix that, then try again.",
};

/** What the owner has to do after `settleByHand`; undefined when the order is as it should be. */
export function adviceAfter({ kind }: SettleOutcome): string | undefined {
  return ADVICE[kind];
}

/**
 * Settles an order at the owner's request: steps that were given up are tried again. The history records the command even if the run is
 * interrupted, because it may have changed the order by then.
 */
export async function settleByHand(orderId: string, services: Services): Promise<SettleOutcome> {
  try {
    const outcome = await settleOrder(orderId, "owner", createDeadline(services.now, MINUTE_MS), services);
    if (outcome.kind === "fulfilled") await services.storageAlarm.forget([orderId]).catch(() => undefined);
    return outcome;
  } finally {
    await noteByHand(orderId, "settle_command", services.store);
  }
}
