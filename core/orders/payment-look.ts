import { errandsIn } from "./errands.ts";
import { stateRank, type PaymentMirror } from "./order.ts";
import type { SettleTrigger } from "./settle-order.ts";
import type { ControlDraft } from "./update-control.ts";

/** How far to look into what became of an order's money. */
export interface PaymentLook {
  /**
   * Of a subscription, which has a payment for every period, what the record holds of them: they are not looked at. A one-time order
   * has one payment, which always is.
   */
  known: PaymentMirror | undefined;
  /** Asks for disputes even where no charge calls itself disputed: an inquiry is not said to. */
  lookForDisputes: boolean;
}

/** Triggers that may be about any payment of a subscription. */
const MAY_BE_ABOUT_ANY: ReadonlySet<SettleTrigger> = new Set<SettleTrigger>(["refund", "dispute", "owner"]);

/**
 * A renewal costs no more calls in the tenth year than in the first: the payments of a subscription are gone through when Stripe
 * reports a refund or a dispute, when the owner asks, and while a dispute is still to be told with its date. Any other look keeps
 * what the record holds. That is safe: if another writer changes the record, it is read again.
 */
export function lookFor(current: ControlDraft | undefined, trigger: SettleTrigger): PaymentLook {
  const isKnown = current !== undefined && stateRank(current.state) >= stateRank("paid");
  const looksAtAll = MAY_BE_ABOUT_ANY.has(trigger) || owesDisputeNews(current);
  return {
    known: isKnown && !looksAtAll ? current.mirror : undefined,
    lookForDisputes: trigger === "dispute" || current?.mirror.dispute !== undefined,
  };
}

function owesDisputeNews(current: ControlDraft | undefined): boolean {
  return errandsIn(current?.news).some(
    ({ news, delivery }) =>
      news.kind.startsWith("dispute_") && (delivery.state === "todo" || delivery.state === "started"),
  );
}
