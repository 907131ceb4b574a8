import type { Mailer } from "../mail/mailer.ts";
import type { NewsChannel } from "./news-desk.ts";
import { noticeOf } from "./notice.ts";

/** Notices to the owner's own address. */
export function createMailChannel(mailer: Mailer, to: string): NewsChannel {
  return {
    hears: (kind) => kind !== "revoked" && kind !== "restored",
    tell: (report, { idempotencyKey, signal }) =>
      mailer.send({ to, ...noticeOf(report) }, { idempotencyKey: `notice/${idempotencyKey}`, signal }),
  };
}
