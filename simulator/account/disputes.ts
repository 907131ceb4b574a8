import type { DisputeKind } from "../objects/dispute.ts";
import { plainCopy } from "../state/plain-copy.ts";
import type { Dispute } from "../state/stored.ts";
import {
  closeInquiry,
  disputeCharge,
  escalateInquiry,
  loseDispute,
  submitEvidence,
  winDispute,
} from "../transitions/dispute-charge.ts";
import type { AccountSurroundings } from "./account.ts";
import { byId } from "./by-id.ts";

export interface DisputeOperations {
  /**
   * The buyer contests a payment at the bank. An inquiry only asks; `prevented` was settled, in the buyer's favor,
   * before it became a chargeback.
   */
  dispute(paymentIntentId: string, options?: { inquiry?: boolean; prevented?: boolean }): Dispute;
  /** The owner sends evidence: under review, for chargebacks and inquiries alike. */
  submitEvidence(disputeId: string): void;
  winDispute(disputeId: string): void;
  loseDispute(disputeId: string): void;
  closeInquiry(disputeId: string): void;
  escalateInquiry(disputeId: string): void;
}

export function createDisputeOperations({ world, change }: AccountSurroundings): DisputeOperations {
  const { state } = world;
  const doTo = (transition: typeof winDispute) => (disputeId: string) =>
    change(() => transition(world, byId(state.disputes, disputeId, "dispute")));
  return {
    dispute: (paymentIntentId, options = {}) =>
      change(() => {
        const paymentIntent = byId(state.paymentIntents, paymentIntentId, "payment intent");
        const charge = byId(state.charges, paymentIntent.latest_charge ?? "", "charge");
        if (charge.status !== "succeeded") throw new Error(`${paymentIntentId} is not paid.`);
        return plainCopy(disputeCharge(world, charge, kindOf(options)));
      }),
    submitEvidence: doTo(submitEvidence),
    winDispute: doTo(winDispute),
    loseDispute: doTo(loseDispute),
    closeInquiry: doTo(closeInquiry),
    escalateInquiry: doTo(escalateInquiry),
  };
}

function kindOf(options: { inquiry?: boolean; prevented?: boolean }): DisputeKind {
  if (options.prevented === true) return "resolution";
  return options.inquiry === true ? "inquiry" : "chargeback";
}
