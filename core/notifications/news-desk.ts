import type { Channel, News, NewsKind } from "../orders/outbox/news.ts";
import type { ControlRecord, OrderSnapshot } from "../orders/order.ts";
import type { PaymentDates } from "../stripe/payment-facts.ts";

/** One event, with the order as it stands. */
export interface NewsReport {
  news: News;
  order: OrderSnapshot;
  control: ControlRecord;
  dates: PaymentDates;
}

/** What a person reads. */
export interface Notice {
  subject: string;
  text: string;
}

export interface TellAttempt {
  /** The same for every attempt at one event, and for no other event. */
  idempotencyKey: string;
  /** Aborted when time is up. */
  signal: AbortSignal;
}

/** One way to reach the owner's side. */
export interface NewsChannel {
  hears(kind: NewsKind): boolean;
  /** Rejects with `PermanentStepError` when a retry is useless; any other rejection is tried again later. */
  tell(report: NewsReport, attempt: TellAttempt): Promise<void>;
  /** On a channel that a person reads: says something that is not about an order. */
  say?(notice: Notice, attempt: TellAttempt): Promise<void>;
}

/** The channels that a shop has. */
export interface NewsDesk {
  audience(kind: NewsKind): readonly Channel[];
  /** "skipped": the shop no longer has this channel. */
  tell(channel: Channel, report: NewsReport, attempt: TellAttempt): Promise<"done" | "skipped">;
  /** Tells the owner on every channel that a person reads, once each. Rejects with the first failure. */
  sayToOwner(notice: Notice, attempt: TellAttempt): Promise<void>;
  /** Remembers that a message was given up. */
  noteGivenUp(): Promise<void>;
}

export function createNewsDesk(
  channels: Readonly<Partial<Record<Channel, NewsChannel>>>,
  noteGivenUp: () => Promise<void>,
): NewsDesk {
  return {
    audience: (kind) =>
      (Object.keys(channels) as Channel[]).filter((channel) => channels[channel]?.hears(kind)),

    async tell(channel, report, attempt) {
      const found = channels[channel];
      if (found === undefined || !found.hears(report.news.kind)) return "skipped";
      await found.tell(report, attempt);
      return "done";
    },

    async sayToOwner(notice, attempt) {
      const said = await Promise.allSettled(
        Object.values(channels).map(async (channel) => channel.say?.(notice, attempt)),
      );
      const failed = said.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },

    noteGivenUp,
  };
}
