import type { MessageChannel, NotificationKind } from "../orders/outbox/outbox.ts";
import type { Notifier, NotificationReport, Notice, NotifyAttempt } from "../orders/outbox/notifier.ts";

/** One way to reach the owner's side. */
export interface NotificationChannel {
  hears(kind: NotificationKind): boolean;
  /** Rejects with `NonRetriableError` when a retry is useless; any other rejection is tried again later. */
  notify(report: NotificationReport, attempt: NotifyAttempt): Promise<void>;
  /** On a channel that a person reads: sends something that is not about an order. */
  sendNotice?(notice: Notice, attempt: NotifyAttempt): Promise<void>;
}

export function createNotifier(
  channels: Readonly<Partial<Record<MessageChannel, NotificationChannel>>>,
  recordGivenUp: () => Promise<void>,
): Notifier {
  return {
    audience: (kind) =>
      (Object.keys(channels) as MessageChannel[]).filter((channel) => channels[channel]?.hears(kind)),

    async notify(channel, report, attempt) {
      const found = channels[channel];
      if (found === undefined || !found.hears(report.notification.kind)) return "skipped";
      await found.notify(report, attempt);
      return "done";
    },

    async notifyOwner(notice, attempt) {
      const sent = await Promise.allSettled(
        Object.values(channels).map(async (channel) => channel.sendNotice?.(notice, attempt)),
      );
      const failed = sent.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },

    recordGivenUp,
  };
}
