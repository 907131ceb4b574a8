import type { PaymentDates } from "../facts.ts";
import type { ControlRecord, OrderSnapshot } from "../order.ts";
import type { Channel, News, NewsKind } from "./news.ts";

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
