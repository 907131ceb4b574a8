import type { Mailer } from "../mail/mailer.ts";
import type { NewsChannel } from "./news-desk.ts";
import type { Notice, TellAttempt } from "../orders/outbox/news-desk.ts";
import { noticeOf } from "./notice.ts";
import type { HintsOn } from "./hints.ts";

/** Notices to the owner's own address. */
export function createMailChannel(mailer: Mailer, to: string, hintsOn: HintsOn): NewsChannel {
  const say = (notice: Notice, { idempotencyKey, signal }: TellAttempt): Promise<void> =>
    mailer.send(
      { to, recipient: "owner", ...notice },
      { idempotencyKey: `notice/${idempotencyKey}`, signal },
    );

  return {
    hears: (kind) => kind !== "revoked" && kind !== "restored",
    tell: async (report, attempt) =>
      say(noticeOf(report, await hintsOn(report, "mail", attempt.signal)), attempt),
    say,
  };
}
