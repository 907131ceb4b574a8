import type { Mailer } from "../mail/mailer.ts";
import type { NotificationChannel } from "./create-notifier.ts";
import type { Notice, NotifyAttempt } from "../orders/outbox/notifier.ts";
import { noticeOf } from "./notice.ts";
import type { HintsOn } from "./hints.ts";

/** Notices to the owner's own address. */
export function createMailChannel(mailer: Mailer, to: string, hintsOn: HintsOn): NotificationChannel {
  const sendNotice = (notice: Notice, { idempotencyKey, signal }: NotifyAttempt): Promise<void> =>
    mailer.send(
      { to, recipient: "owner", ...notice },
      { idempotencyKey: `notice/${idempotencyKey}`, signal },
    );

  return {
    hears: (kind) => kind !== "revoked" && kind !== "restored",
    notify: async (report, attempt) =>
      sendNotice(noticeOf(report, await hintsOn(report, "mail", attempt.signal)), attempt),
    sendNotice,
  };
}
