import { createHash } from "node:crypto";

import type { MailDelivery } from "../config/mail.ts";
import type { Log } from "../log/log.ts";
import type { ComposeConfirmation } from "../mail/confirmation/compose-confirmation.ts";
import type { Mailer } from "../mail/mailer.ts";
import { mailRecipient } from "../orders/mail-recipient.ts";
import type { OrderSnapshot } from "../orders/order.ts";
import { BlockedStepError, RefusedMailError } from "../retry/errors.ts";
import type { FulfillmentStep } from "../orders/fulfillment-step.ts";

export interface MailStepDependencies {
  /** Undefined if no mails are sent. */
  mailer: Mailer | undefined;
  delivery: MailDelivery;
  compose: ComposeConfirmation;
  now: () => number;
  log: Log;
}

/** A mail to another address is a different mail: a mail service that knows keys would take it for the first one. */
function keyFor({ mailTo }: OrderSnapshot, key: string): string {
  if (mailTo === undefined) return key;
  return `${key}/${createHash("sha256").update(mailTo).digest("base64url").slice(0, 8)}`;
}

/** A server that refuses the shop is not asked again for each waiting order: it might lock the shop out. */
const ASK_AGAIN_AFTER_MS = 30_000;

/** Tells the buyer that the order is in. Without a mailer or an address, the log says that no mail was sent. */
export function createMailStep({
  mailer,
  delivery,
  compose,
  now,
  log,
}: MailStepDependencies): FulfillmentStep {
  let blocked: { error: BlockedStepError; untilMs: number } | undefined;
  /** The order whose mail the server last read and refused, while no other mail has gone out since. */
  let refusedOrder: string | undefined;

  return {
    name: "mail",
    on: ["paid"],
    whenRevoked: "skip",
    whenUncertain: delivery === "at-most-once" ? "flag" : "repeat",
    // As long as a slow mail server takes.
    needsMs: 3_000,
    async run(order, { idempotencyKey, signal }) {
      const to = mailRecipient(order);
      if (mailer === undefined || to === undefined) {
        const reason =
          mailer === undefined
            ? "SMTP_URL is not set: set it, or turn on Stripe's own receipts"
            : "the buyer left no mail address";
        log.warn("mail_skipped", { orderId: order.orderId, reason });
        return "skipped";
      }
      if (blocked !== undefined && now() < blocked.untilMs) throw blocked.error;
      try {
        const mail = { to, ...(await compose(order)) };
        await mailer.send(mail, { idempotencyKey: keyFor(order, idempotencyKey), signal });
      } catch (error) {
        const failure = ofAllMails(error, order);
        if (failure instanceof BlockedStepError)
          blocked = { error: failure, untilMs: now() + ASK_AGAIN_AFTER_MS };
        throw failure;
      }
      blocked = refusedOrder = undefined;
      return "done";
    },
  };

  /** One refused mail must not hold back the others. Once a second order's mail is refused, the server seems to refuse them all. */
  function ofAllMails(error: unknown, { orderId }: OrderSnapshot): unknown {
    if (!(error instanceof RefusedMailError)) return error;
    const isSecond = refusedOrder !== undefined && refusedOrder !== orderId;
    refusedOrder = orderId;
    return isSecond ? new BlockedStepError(error.message, { cause: error }) : error;
  }
}
