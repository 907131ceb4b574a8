/**
 * What an order has to tell the owner (mail, chat) and the owner's server (webhook), and the step that a transition calls for. The
 * record holds the latest notification of each subject, and how far its delivery is on each channel. A channel that is behind gets only
 * the latest: two refunds within a minute may become one message with the sum. So the record stays small however often a payment moves,
 * and no channel reports what is no longer true.
 *
 * This is a transactional outbox: a notification is written together with the change that it reports, and delivered afterwards.
 */
export type Outbox = Readonly<Partial<Record<Subject, Notification>>>;

export interface Notification {
  kind: NotificationKind;
  /** Counts the notifications of its subject; with the kind, it is the key of this one event. */
  count: number;
  /** The channels that are notified, fixed when it happened. */
  deliveries: Readonly<Partial<Record<Channel, DeliveryProgress>>>;
}

export interface DeliveryProgress {
  /** `skipped`: the channel is gone, or the notification is no longer true. `gave_up`: left alone unless the owner asks for another try. */
  state: "todo" | "started" | "done" | "skipped" | "gave_up";
  /** How often it was begun. It was sent at most this often. */
  attempts: number;
}

/** The owner's server, the owner's mail, the owner's chat. */
export type MessageChannel = "webhook" | "mail" | "chat";

/** `code`: no message, but the step that runs on this transition. Today that is the owner's code. */
export type Channel = MessageChannel | "code";

type Subject = "order" | "attention" | "refund" | "dispute" | "subscription" | "access";

export type NotificationKind = keyof typeof KINDS;

/** One letter each, for the record. Never give a letter another meaning. */
const KINDS = {
  paid: { letter: "p", subject: "order" },
  payment_failed: { letter: "d", subject: "order" },
  needs_attention: { letter: "a", subject: "attention" },
  refunded: { letter: "r", subject: "refund" },
  refund_failed: { letter: "f", subject: "refund" },
  dispute_inquiry: { letter: "i", subject: "dispute" },
  dispute_opened: { letter: "o", subject: "dispute" },
  dispute_won: { letter: "w", subject: "dispute" },
  dispute_lost: { letter: "l", subject: "dispute" },
  renewal_failed: { letter: "n", subject: "subscription" },
  renewal_failed_finally: { letter: "m", subject: "subscription" },
  subscription_ended: { letter: "e", subject: "subscription" },
  subscription_paused: { letter: "u", subject: "subscription" },
  subscription_resumed: { letter: "s", subject: "subscription" },
  revoked: { letter: "v", subject: "access" },
  restored: { letter: "b", subject: "access" },
} as const satisfies Record<string, { letter: string; subject: Subject }>;

const CHANNELS = { code: "c", webhook: "w", mail: "m", chat: "h" } as const satisfies Record<Channel, string>;

const STATES = {
  todo: "t",
  started: "s",
  done: "d",
  skipped: "k",
  gave_up: "g",
} as const satisfies Record<DeliveryProgress["state"], string>;

export function subjectOf(kind: NotificationKind): Subject {
  return KINDS[kind].subject;
}

/** The same key for every attempt and every channel, a new one for every event: `refunded/cs_…/2`. */
export function notificationKey({ kind, count }: Notification, orderId: string): string {
  return `${kind}/${orderId}/${count}`;
}

/**
 * `p1wd1md2 r2wt0mt0`: kind and count, then state and attempts of each channel. Short, as a record in Stripe has 500 characters.
 */
export function formatOutbox(outbox: Outbox): string {
  return Object.values(outbox)
    .map(({ kind, count, deliveries }) => {
      const parts = Object.entries(deliveries).map(
        ([channel, { state, attempts }]) => CHANNELS[channel as Channel] + STATES[state] + attempts,
      );
      return KINDS[kind].letter + count + parts.join("");
    })
    .join(" ");
}

/** @throws when the text is not what `formatOutbox` writes. */
export function parseOutbox(text: string): Outbox {
  const outbox: Partial<Record<Subject, Notification>> = {};
  for (const word of text.split(" ").filter((part) => part !== "")) {
    const [, letter, count, rest] = /^([a-z])(\d+)((?:[a-z]{2}\d+)*)$/.exec(word) ?? [];
    const kind = keyOf(KINDS, ({ letter: own }) => own === letter);
    const deliveries = [...(rest ?? "").matchAll(/([a-z])([a-z])(\d+)/g)].map(
      ([, channel, state, attempts]) => [
        keyOf(CHANNELS, (own) => own === channel),
        { state: keyOf(STATES, (own) => own === state), attempts: Number(attempts) },
      ],
    );
    outbox[subjectOf(kind)] = { kind, count: Number(count), deliveries: Object.fromEntries(deliveries) };
  }
  return outbox;
}

function keyOf<K extends string, V>(table: Readonly<Record<K, V>>, isIt: (value: V) => boolean): K {
  const found = Object.entries<V>(table).find(([, value]) => isIt(value));
  if (found === undefined) throw new Error("The outbox of a control record cannot be read.");
  return found[0] as K;
}
