import type { PaymentDates } from "../facts.ts";
import type { ControlRecord, OrderSnapshot } from "../order.ts";
import type { MessageChannel, Notification, NotificationKind } from "./outbox.ts";

/** A notification, with the order as it stands. */
export interface NotificationReport {
  notification: Notification;
  order: OrderSnapshot;
  control: ControlRecord;
  dates: PaymentDates;
}

/** What a person reads. */
export interface Notice {
  subject: string;
  text: string;
}

export interface NotifyAttempt {
  /** The same for every attempt at one event, and for no other event. */
  idempotencyKey: string;
  /** Aborted when time is up. */
  signal: AbortSignal;
}

/** The channels that a shop has. */
export interface Notifier {
  audience(kind: NotificationKind): readonly MessageChannel[];
  /** "skipped": the shop no longer has this channel. */
  notify(
    channel: MessageChannel,
    report: NotificationReport,
    attempt: NotifyAttempt,
  ): Promise<"done" | "skipped">;
  /** Tells the owner on every channel that a person reads, once each. Rejects with the first failure. */
  notifyOwner(notice: Notice, attempt: NotifyAttempt): Promise<void>;
  /** Records that a message was given up. */
  recordGivenUp(): Promise<void>;
}
