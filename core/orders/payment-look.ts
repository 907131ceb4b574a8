import { deliveriesIn } from "./outbox/outbox-delivery.ts";
import { stateRank, type PaymentMirror } from "./order.ts";
import type { SettleTrigger } from "./settle-trigger.ts";
import type { ControlDraft } from "./update-control.ts";

/** How closely to look at what became of an order's money. */
export interface PaymentLook {
  /**
   * What the record already holds of a subscription's payments, one per period: they are not fetched again. The only payment of a
   * one-time order is always fetched.
   */
  known: PaymentMirror | undefined;
  /** Asks for disputes even if no charge is marked as disputed: an inquiry does not mark its charge. */
  lookForDisputes: boolean;
}

/** Triggers that may concern any payment of a subscription. */
const MAY_BE_ABOUT_ANY: ReadonlySet<SettleTrigger> = new Set<SettleTrigger>(["refund", "dispute", "owner"]);

/**
 * A renewal costs no more calls in the tenth year than in the first. All payments of a subscription are read when Stripe reports a
 * refund or a dispute, when the owner asks, and while a dispute is still to be told with its date. Otherwise what the record holds
 * stands. That is safe: if another writer changes the record, it is read again.
 */
export function lookFor(current: ControlDraft | undefined, trigger: SettleTrigger): PaymentLook {
  const isKnown = current !== undefined && stateRank(current.state) >= stateRank("paid");
  const looksAtAll = MAY_BE_ABOUT_ANY.has(trigger) || owesDisputeNotification(current);
  return {
    known: isKnown && !looksAtAll ? current.mirror : undefined,
    lookForDisputes: trigger === "dispute" || current?.mirror.dispute !== undefined,
  };
}

function owesDisputeNotification(current: ControlDraft | undefined): boolean {
  return deliveriesIn(current?.news).some(
    ({ notification, progress }) =>
      notification.kind.startsWith("dispute_") && (progress.state === "todo" || progress.state === "started"),
  );
}
