import type { SimulatedState } from "../../simulator/state/state.ts";
import type { Plan } from "./plan.ts";
import { isPaused } from "./truths.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { World } from "./world.ts";

/** What a run was made of. A simulation in which nothing is bought, or nothing goes wrong, finds nothing either. */
export interface Tally {
  /** Calls, timers, deliveries. */
  happened: number;
  sessions: number;
  paid: number;
  fulfilled: number;
  flagged: number;
  refunded: number;
  disputed: number;
  /** Orders with more than one dispute. */
  disputedTwice: number;
  /** Subscriptions that are paused in the end. */
  paused: number;
  /** Refunds of a subscription's later payments, without those that failed. */
  renewalRefunds: number;
  /** Subscriptions whose first payment was a bank debit, and how many of those failed. */
  debitSubscriptions: number;
  debitsFailed: number;
  /** Paid orders with more than one line. */
  severalLines: number;
  /** Forms that led to Checkout. */
  forms: number;
  mails: number;
  /** Mails beyond the first of an order: sent, and then not recorded. */
  mailsTwice: number;
  /** Mails that were sent because somebody asked for them again. */
  mailsAgain: number;
  /** Mails of shops that send at most one for each order. */
  mailsAtMostOnce: number;
  /** The owner settles an order by hand. */
  commands: number;
  /** Notifications, copies included, that were answered 200. */
  thinEvents: number;
  /** Orders fulfilled while Stripe signs with two secrets. */
  bothSign: number;
  /** Orders fulfilled while the shop knows two secrets. */
  bothKnown: number;
  /** Sessions whose metadata another program has written. */
  foreignWrites: number;
  processes: number;
  deaths: number;
  faults: number;
}

export function emptyTally(): Tally {
  return {
    happened: 0,
    sessions: 0,
    paid: 0,
    fulfilled: 0,
    flagged: 0,
    refunded: 0,
    disputed: 0,
    disputedTwice: 0,
    paused: 0,
    renewalRefunds: 0,
    debitSubscriptions: 0,
    debitsFailed: 0,
    severalLines: 0,
    forms: 0,
    mails: 0,
    mailsTwice: 0,
    mailsAgain: 0,
    mailsAtMostOnce: 0,
    commands: 0,
    thinEvents: 0,
    bothSign: 0,
    bothKnown: 0,
    foreignWrites: 0,
    processes: 0,
    deaths: 0,
    faults: 0,
  };
}

export function tallyOf(world: World, { extras }: Plan, time: VirtualTime): Tally {
  const { state, counts } = world;
  const tally = {
    ...emptyTally(),
    ...counts,
    happened: time.happened(),
    renewalRefunds: renewalRefunds(state),
    mailsAgain: world.mails.sentAgain(),
  };
  for (const { id, mode, metadata } of Object.values(state.checkoutSessions)) {
    const truth = world.truths.current(id);
    const { isPaid, refundedMinor } = truth;
    const control = world.book.current(id)?.control.state;
    const isFulfilled = control === "fulfilled";
    const isDebit = mode === "subscription" && paidBy(state, id) === "sepa_debit";
    const mails = world.mails.sent(id);
    tally.sessions += 1;
    tally.paid += isPaid ? 1 : 0;
    tally.fulfilled += isFulfilled ? 1 : 0;
    tally.flagged += control === "needs_attention" ? 1 : 0;
    tally.refunded += refundedMinor > 0 ? 1 : 0;
    tally.disputed += truth.dispute === undefined ? 0 : 1;
    tally.disputedTwice += truth.disputes === undefined ? 0 : 1;
    tally.paused += isPaused(truth) ? 1 : 0;
    tally.debitSubscriptions += isDebit ? 1 : 0;
    tally.debitsFailed += isDebit && truth.hasFailed ? 1 : 0;
    tally.severalLines += isPaid && (state.lineItems[id]?.length ?? 0) > 1 ? 1 : 0;
    tally.mails += mails;
    tally.mailsTwice += Math.max(0, mails - 1);
    tally.mailsAtMostOnce += extras.mailDelivery === "at-most-once" ? mails : 0;
    tally.bothSign += isFulfilled && extras.rotation === "both_sign" ? 1 : 0;
    tally.bothKnown += isFulfilled && extras.rotation === "both_known" ? 1 : 0;
    tally.foreignWrites += metadata?.["crm"] === undefined ? 0 : 1;
  }
  return tally;
}

/** How the payment at Checkout was made. */
function paidBy(
  { checkoutIntents, paymentIntents, charges }: SimulatedState,
  id: string,
): string | undefined {
  const { latest_charge: charge } = paymentIntents[checkoutIntents[id]?.paymentIntent ?? ""] ?? {};
  return charges[charge ?? ""]?.payment_method_details?.type;
}

/** How many refunds of later payments there are. */
function renewalRefunds({ refunds, invoices, invoicePayments }: SimulatedState): number {
  const renewals = Object.values(invoicePayments)
    .filter(({ invoice }) => invoices[invoice]?.billing_reason === "subscription_cycle")
    .map(({ payment }) => payment.payment_intent);
  return Object.values(refunds).filter(
    ({ status, payment_intent: payment }) => status !== "failed" && renewals.includes(payment ?? ""),
  ).length;
}

export function addTallies(one: Tally, other: Tally): Tally {
  const sum = { ...one };
  for (const field of Object.keys(sum) as (keyof Tally)[]) sum[field] += other[field];
  return sum;
}
