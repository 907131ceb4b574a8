import { disputeTransaction } from "../objects/dispute-transaction.ts";
import { dispute, type DisputeKind } from "../objects/dispute.ts";
import { announce } from "../state/announce.ts";
import type { SimulatedState } from "../state/state.ts";
import type { Charge, Dispute } from "../state/stored.ts";
import { newId, nowSeconds, type World } from "../state/world.ts";
import { requireStatus } from "./require-status.ts";

/**
 * https://docs.stripe.com/disputes/how-disputes-work
 *
 *   warning_needs_response ─▶ warning_under_review ─▶ warning_closed      an inquiry: no money moves
 *              └──────────┬──────────┘ escalated
 *                         ▼
 *   needs_response ─▶ under_review ─▶ won | lost                          a chargeback: the money is taken at once
 *   prevented                                                             settled with the bank before it became one
 */
export function disputeCharge(world: World, charge: Charge, kind: DisputeKind): Dispute {
  const made = dispute({ id: newId(world, "du"), charge, kind, created: nowSeconds(world) });
  world.state.disputes[made.id] = made;
  // Stripe documents no more than "whether the charge has been disputed"; we assume that an inquiry is no dispute yet.
  charge.disputed ||= kind !== "inquiry";
  announce(world, "charge.dispute.created", made);
  if (kind !== "inquiry") withdrawFunds(world, made);
  return made;
}

/** The owner answers; from now on the bank decides. */
export function submitEvidence(world: World, made: Dispute): void {
  requireStatus(made, ["needs_response", "warning_needs_response"]);
  const before = { status: made.status, evidence_details: { ...made.evidence_details } };
  made.status = isInquiry(made) ? "warning_under_review" : "under_review";
  made.evidence_details.has_evidence = true;
  made.evidence_details.submission_count += 1;
  made.evidence_details.submission_method = "manual";
  announce(world, "charge.dispute.updated", made, before);
}

export function winDispute(world: World, made: Dispute): void {
  requireStatus(made, ["needs_response", "under_review"]);
  made.status = "won";
  announce(world, "charge.dispute.closed", made);
  const id = newId(world, "txn");
  made.balance_transactions.push(
    disputeTransaction(made, { id, direction: "reversal", created: nowSeconds(world) }),
  );
  announce(world, "charge.dispute.funds_reinstated", made);
}

export function loseDispute(world: World, made: Dispute): void {
  requireStatus(made, ["needs_response", "under_review"]);
  made.status = "lost";
  announce(world, "charge.dispute.closed", made);
}

/** The bank asked and is satisfied. */
export function closeInquiry(world: World, made: Dispute): void {
  requireStatus(made, ["warning_needs_response", "warning_under_review"]);
  made.status = "warning_closed";
  announce(world, "charge.dispute.closed", made);
}

/** The bank asked and now takes the money: the same dispute becomes a chargeback. */
export function escalateInquiry(world: World, made: Dispute): void {
  requireStatus(made, ["warning_needs_response", "warning_under_review"]);
  const before = { status: made.status, is_charge_refundable: made.is_charge_refundable };
  made.status = "needs_response";
  made.is_charge_refundable = false;
  const card = made.payment_method_details?.card;
  if (card !== undefined) card.case_type = "chargeback";
  const charge = world.state.charges[made.charge];
  if (charge !== undefined) charge.disputed = true;
  announce(world, "charge.dispute.updated", made, before);
  withdrawFunds(world, made);
}

/** A charge whose money the bank already took cannot be refunded. */
export function isChargedBack(state: SimulatedState, charge: Charge): boolean {
  return Object.values(state.disputes).some(
    (made) =>
      made.charge === charge.id &&
      ["lost", "needs_response", "prevented", "under_review"].includes(made.status),
  );
}

function withdrawFunds(world: World, made: Dispute): void {
  const id = newId(world, "txn");
  made.balance_transactions.push(
    disputeTransaction(made, { id, direction: "withdrawal", created: nowSeconds(world) }),
  );
  announce(world, "charge.dispute.funds_withdrawn", made);
}

function isInquiry(made: Dispute): boolean {
  return made.status.startsWith("warning_");
}
