import { formatMoney } from "../format/money.ts";
import { longDate } from "../format/long-date.ts";
import { DISPUTE_STATES } from "../orders/disputes.ts";
import type { DisputeState } from "../orders/order.ts";
import { hasEnded } from "../orders/access.ts";
import type { NotificationReport } from "../orders/outbox/notifier.ts";

type DisputeKind = "dispute_inquiry" | "dispute_opened" | "dispute_won" | "dispute_lost";

const WORDS: Readonly<Record<DisputeKind, { state: DisputeState; headline: string; sentence: string }>> = {
  dispute_inquiry: {
    state: "inquiry",
    headline: "A bank asks about a payment of {amount}",
    sentence: "No money has moved. An answer now may keep it from becoming a dispute.",
  },
  dispute_opened: {
    state: "open",
    headline: "A payment of {amount} is disputed",
    sentence: "The money is held back until the bank has decided.",
  },
  dispute_won: {
    state: "won",
    headline: "Dispute won: {amount}",
    sentence: "The bank has decided for you.",
  },
  dispute_lost: {
    state: "lost",
    headline: "Dispute lost: {amount}",
    sentence: "The bank has decided for the buyer.",
  },
};

/** What the owner reads about a dispute: its amount, until when an answer is due, and how the order's other disputes stand. */
export function disputeWords(
  kind: DisputeKind,
  { order, control, dates }: NotificationReport,
): { headline: string; sentences: string[] } {
  const { state, headline, sentence } = WORDS[kind];
  const { amountMinor = order.totalMinor, dueMs } = dates.disputed?.[state] ?? {};
  const { subscription, disputes } = control.mirror;
  const goesOn = kind === "dispute_lost" && subscription !== undefined && !hasEnded(subscription);
  return {
    headline: headline.replace("{amount}", formatMoney(amountMinor, order.currency, "en")),
    sentences: [
      sentence,
      ...(dueMs === undefined ? [] : [`Stripe needs your answer by ${moment(dueMs)}.`]),
      ...(subscription === undefined ? [] : ["It is one of the payments of a subscription."]),
      ...(goesOn
        ? [
            "The subscription is still running: the buyer keeps paying but has no access. Cancel it in Stripe.",
          ]
        : []),
      ...(disputes === undefined ? [] : [`All disputes of this order: ${listOf(disputes)}.`]),
    ],
  };
}

/** `1 lost, 2 open` */
function listOf(disputes: Readonly<Partial<Record<DisputeState, number>>>): string {
  return DISPUTE_STATES.filter((state) => disputes[state] !== undefined)
    .map((state) => `${disputes[state]} ${WORD_FOR[state]}`)
    .join(", ");
}

const WORD_FOR: Readonly<Record<DisputeState, string>> = {
  lost: "lost",
  open: "open",
  inquiry: "asked about",
  won: "won",
};

/** `28 November 2026, 23:59 UTC` */
export function moment(ms: number): string {
  return `${longDate(ms)}, ${new Date(ms).toISOString().slice(11, 16)} UTC`;
}
