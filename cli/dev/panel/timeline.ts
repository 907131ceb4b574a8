import type { HistoryEntry } from "../../../core/orders/order-store.ts";
import type { Delivery, SimulatedState } from "../../../simulator/state/state.ts";
import type { KeptMail } from "../inbox/mailbox.ts";
import type { SimulatedOrder } from "./simulated-order.ts";

/**
 * What happened to an order, told from both sides: Stripe's events with every attempt to deliver them, what the shop recorded, and its
 * mails.
 */
export type Moment =
  | {
      kind: "event";
      atMs: number;
      eventId: string;
      type: string;
      attempts: readonly Attempt[];
      waits: boolean;
    }
  | { kind: "noted"; atMs: number; words: string }
  | { kind: "mail"; atMs: number; mail: KeptMail };

interface Attempt {
  atMs: number;
  /** The shop's status, or what went wrong on the way. */
  outcome: string;
}

export function timelineOf(
  order: SimulatedOrder,
  state: SimulatedState,
  mails: readonly KeptMail[],
  history: readonly HistoryEntry[],
): readonly Moment[] {
  const events = order.events.map((event): Moment => {
    const deliveries = event.deliveries
      .map((id) => state.deliveries[id])
      .filter((delivery): delivery is Delivery => delivery !== undefined);
    return {
      kind: "event",
      atMs: event.visibleAt,
      eventId: event.id,
      type: event.type,
      attempts: deliveries.flatMap(({ attempts }) =>
        attempts.flatMap(({ at, outcomes }) => outcomes.map((outcome) => ({ atMs: at, outcome }))),
      ),
      waits: deliveries.some(({ status }) => status === "pending"),
    };
  });
  const sent = mails
    .filter((mail) => isAbout(mail, order.session.id))
    .map((mail): Moment => ({ kind: "mail", atMs: mail.receivedMs, mail }));
  const noted = history.map(({ atMs, what }): Moment => ({ kind: "noted", atMs, words: wordsFor(what) }));
  return [...events, ...noted, ...sent].toSorted((one, other) => one.atMs - other.atMs);
}

const WORDS: Readonly<Record<string, string>> = {
  order_recorded: "order recorded as paid",
  licenses_issued: "license keys issued",
  mail_resent: "mail sent again, at the buyer’s wish",
  settle_command: "tried again by hand",
  replay_command: "npm run replay was run",
};

/** An entry that this page does not know is shown as it is. */
function wordsFor(what: string): string {
  return WORDS[what] ?? what.replaceAll("_", " ");
}

function isAbout({ email }: KeptMail, sessionId: string): boolean {
  return [email.messageId, email.text].some((text) => text?.includes(sessionId) === true);
}
