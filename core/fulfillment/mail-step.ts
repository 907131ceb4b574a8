import type { MailDelivery } from "../config-mail.ts";
import type { Log } from "../log.ts";
import type { ComposeConfirmation } from "../mail/confirmation-composer.ts";
import type { Mailer } from "../mail/mailer.ts";
import type { FulfillmentStep } from "./step.ts";

export interface MailStepDependencies {
  /** Undefined: nobody is mailed. */
  mailer: Mailer | undefined;
  delivery: MailDelivery;
  compose: ComposeConfirmation;
  log: Log;
}

/** Tells the buyer that the order is in. Without a mailer, or an address, the log says that nobody was mailed. */
export function createMailStep({ mailer, delivery, compose, log }: MailStepDependencies): FulfillmentStep {
  return {
    name: "mail",
    whenRevoked: "skip",
    whenUncertain: delivery === "at-most-once" ? "flag" : "repeat",
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
      await mailer.send({ to, ...(await compose(order)) }, { idempotencyKey, signal });
      return "done";
    },
  };
}
