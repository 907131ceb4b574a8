import type { SimulatedState } from "../../simulator/state/state.ts";

/** How one Checkout Session really stands, read from the simulated account itself and not with the shop's code. */
export interface Truth {
  /** `open`, `complete` or `expired`. */
  status: string;
  isPaid: boolean;
  /** The bank said no to a delayed payment. */
  hasFailed: boolean;
  refundedMinor: number;
  fullyRefunded: boolean;
  dispute: string | undefined;
  /** How many disputes are in which state, if there are several. */
  disputes: string | undefined;
  subscription: string | undefined;
  renewal: "failed" | "failed_finally" | undefined;
}

export interface Truths {
  /** From now on every change of this session is remembered. */
  follow(sessionId: string): void;
  /** True of sessions that this shop opened and a buyer got to see. */
  isFollowed(sessionId: string): boolean;
  /** Call after every change of the account. */
  refresh(): void;
  current(sessionId: string): Truth;
  /** All that was ever true of it, oldest first. */
  history(sessionId: string): readonly Truth[];
  /** An event that Stripe's own list does not know counts as happening when it is first sent. */
  noteEvent(eventId: string): void;
  /** How long `history` was when the event happened. */
  lengthAt(eventId: string, sessionId: string): number;
  /** The sessions that an event's object belongs to. */
  sessionsOf(object: EventObject): string[];
}

export interface EventObject {
  id: string;
  payment_intent?: string | null;
  charge?: string | null;
  subscription?: string | null;
  parent?: { subscription_details?: { subscription?: string } | null } | null;
}

export function createTruths(state: SimulatedState): Truths {
  const histories = new Map<string, Truth[]>();
  const lengths = new Map<string, Map<string, number>>();
  let knownEvents = 0;

  function refresh(): void {
    for (const [sessionId, history] of histories) {
      const truth = readTruth(state, sessionId);
      const last = history.at(-1);
      if (last === undefined || !isSame(last, truth)) history.push(truth);
    }
    const events = Object.keys(state.events);
    for (const eventId of events.slice(knownEvents)) noteEvent(eventId);
    knownEvents = events.length;
  }

  function noteEvent(eventId: string): void {
    if (lengths.has(eventId)) return;
    lengths.set(eventId, new Map([...histories].map(([sessionId, history]) => [sessionId, history.length])));
  }

  const historyOf = (sessionId: string): Truth[] => histories.get(sessionId) ?? [];
  return {
    follow(sessionId) {
      histories.set(sessionId, []);
      refresh();
    },
    isFollowed: (sessionId) => histories.has(sessionId),
    refresh,
    noteEvent,
    current: (sessionId) => readTruth(state, sessionId),
    history: historyOf,
    lengthAt: (eventId, sessionId) => lengths.get(eventId)?.get(sessionId) ?? historyOf(sessionId).length,
    sessionsOf(object) {
      const named = [
        object.id,
        object.payment_intent,
        object.charge,
        object.subscription,
        object.parent?.subscription_details?.subscription,
      ];
      return [...histories.keys()].filter((sessionId) => {
        const { subscription } = state.checkoutIntents[sessionId] ?? {};
        const payments = paymentsOf(state, sessionId);
        const charges = payments.map((id) => state.paymentIntents[id]?.latest_charge);
        return [sessionId, subscription, ...payments, ...charges].some((id) => id && named.includes(id));
      });
    },
  };
}

function readTruth(state: SimulatedState, sessionId: string): Truth {
  const session = state.checkoutSessions[sessionId];
  const intent = state.checkoutIntents[sessionId];
  const paymentIntent = state.paymentIntents[intent?.paymentIntent ?? ""];
  const charge = state.charges[paymentIntent?.latest_charge ?? ""];
  const charges = paymentsOf(state, sessionId).map(
    (id) => state.charges[state.paymentIntents[id]?.latest_charge ?? ""],
  );
  const isComplete = session?.status === "complete";
  const isPaid = isComplete && session.payment_status !== "unpaid";
  return {
    status: session?.status ?? "open",
    isPaid,
    hasFailed:
      isComplete && !isPaid && intent?.settling === null && !mayStillBePaid(state, intent.subscription),
    refundedMinor: isComplete ? charges.reduce((sum, one) => sum + (one?.amount_refunded ?? 0), 0) : 0,
    fullyRefunded: isComplete && (charge?.refunded ?? false),
    ...disputesAbout(
      state,
      charges.map((one) => one?.id),
    ),
    subscription: isComplete ? state.subscriptions[intent?.subscription ?? ""]?.status : undefined,
    renewal: isComplete ? failedRenewal(state, intent?.subscription) : undefined,
  };
}

/** The first invoice of a subscription waits for another way to pay. */
function mayStillBePaid(state: SimulatedState, subscription: string | null): boolean {
  return state.subscriptions[subscription ?? ""]?.status === "incomplete";
}

function failedRenewal(state: SimulatedState, subscription: string | null | undefined): Truth["renewal"] {
  const invoice = state.invoices[state.subscriptions[subscription ?? ""]?.latest_invoice ?? ""];
  if (invoice?.status !== "open" || invoice.billing_reason !== "subscription_cycle") return undefined;
  if (!invoice.attempted) return undefined;
  return invoice.next_payment_attempt === null ? "failed_finally" : "failed";
}

/** In the shop's words. Written by hand, so that a mistake in the shop's own translation shows. */
const DISPUTE_WORDS: Readonly<Record<string, string>> = {
  needs_response: "open",
  under_review: "open",
  won: "won",
  lost: "lost",
  prevented: "lost",
  warning_needs_response: "inquiry",
  warning_under_review: "inquiry",
  warning_closed: "won",
};

const GRAVEST_FIRST = ["lost", "open", "inquiry", "won"];

function disputesAbout(
  state: SimulatedState,
  charges: readonly (string | undefined)[],
): Pick<Truth, "dispute" | "disputes"> {
  const words = Object.values(state.disputes)
    .filter(({ charge }) => charges.includes(charge))
    .map(({ status }) => DISPUTE_WORDS[status]);
  return {
    dispute: GRAVEST_FIRST.find((word) => words.includes(word)),
    disputes: words.length > 1 ? showCounts((word) => words.filter((one) => one === word).length) : undefined,
  };
}

/** `1 lost 2 open`, for a truth and for a record. */
export function showCounts(countOf: (word: string) => number): string {
  return GRAVEST_FIRST.flatMap((word) => (countOf(word) === 0 ? [] : `${countOf(word)} ${word}`)).join(" ");
}

/** The payment at Checkout, and those of a subscription's renewals. */
function paymentsOf(state: SimulatedState, sessionId: string): readonly string[] {
  const { paymentIntent, subscription } = state.checkoutIntents[sessionId] ?? {};
  const first = paymentIntent === null || paymentIntent === undefined ? [] : [paymentIntent];
  if (subscription === null || subscription === undefined) return first;
  const later = Object.values(state.invoicePayments).filter(({ invoice }) => {
    const parent = state.invoices[invoice]?.parent?.subscription_details;
    return parent?.subscription === subscription;
  });
  return [...new Set([...first, ...later.map(({ payment }) => String(payment.payment_intent))])];
}

/** Closed, and not for good. */
export function isPaused({ subscription }: { subscription?: string | undefined }): boolean {
  return subscription === "paused";
}

/** A month given back to a subscriber does not end the subscription. */
export function isRevoked({
  dispute,
  subscription,
  fullyRefunded,
}: {
  dispute?: string | undefined;
  subscription?: string | undefined;
  fullyRefunded: boolean;
}): boolean {
  if (dispute === "lost") return true;
  if (subscription === undefined) return fullyRefunded;
  return ["canceled", "unpaid", "incomplete_expired"].includes(subscription);
}

function isSame(one: Truth, other: Truth): boolean {
  return (Object.keys(one) as (keyof Truth)[]).every((field) => one[field] === other[field]);
}
