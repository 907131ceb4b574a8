import type { MailDelivery } from "../config-mail.ts";
import type { Log } from "../log.ts";
import type { ComposeConfirmation } from "../mail/confirmation-composer.ts";
import { RefusedMailError, type Mailer } from "../mail/mailer.ts";
import { BlockedStepError, PermanentStepError, type FulfillmentStep } from "./step.ts";

export interface MailStepDependencies {
  /** Undefined: nobody is mailed. */
  mailer: Mailer | undefined;
  delivery: MailDelivery;
  compose: ComposeConfirmation;
  now: () => number;
  log: Log;
}

/** A server that refuses the shop is not asked again for each order that waits: it might lock the shop out. */
const ASK_AGAIN_AFTER_MS = 30_000;

/** What is refused for so long, while others may go out, is this one mail. */
const BLOCKED_AT_MOST_MS = 3 * 24 * 3_600_000;

/** Tells the buyer that the order is in. Without a mailer, or an address, the log says that nobody was mailed. */
export function createMailStep({
  mailer,
  delivery,
  compose,
  now,
  log,
}: MailStepDependencies): FulfillmentStep {
  let blocked: { error: BlockedStepError; untilMs: number } | undefined;

  return {
    name: "mail",
    whenRevoked: "skip",
    whenUncertain: delivery === "at-most-once" ? "flag" : "repeat",
    // As long as a slow mail server takes.
    needsMs: 3_000,
    async run(order, { idempotencyKey, signal }) {
      const to = order.buyer.email;
      if (mailer === undefined || to === undefined) {
        const reason =
          mailer === undefined
            ? "SMTP_URL is not set; turn on Stripe's own receipts, or name a mail server"
            : "the buyer left no mail address";
        log.warn("mail_skipped", { orderId: order.orderId, reason });
        return "skipped";
      }
      if (blocked !== undefined && now() < blocked.untilMs) throw blocked.error;
      try {
        await mailer.send({ to, ...(await compose(order)) }, { idempotencyKey, signal });
      } catch (error) {
        if (!(error instanceof BlockedStepError)) throw error;
        const isThisMail = error instanceof RefusedMailError && now() - order.createdMs > BLOCKED_AT_MOST_MS;
        if (isThisMail) throw new PermanentStepError(error.message, { cause: error });
        blocked = { error, untilMs: now() + ASK_AGAIN_AFTER_MS };
        throw error;
      }
      return "done";
    },
  };
}
