import type { Log } from "../log.ts";
import type { Mailer } from "../mail/mailer.ts";
import { orderConfirmation } from "../mail/order-confirmation.ts";
import type { FulfillmentStep } from "./step.ts";

/** Tells the buyer that the order is in. Without a mailer, or an address, the log says that nobody was mailed. */
export function createMailStep(mailer: Mailer | undefined, siteUrl: string, log: Log): FulfillmentStep {
  return {
    name: "mail",
    whenRevoked: "skip",
    async run(order, { idempotencyKey, signal }) {
      const to = order.buyer.email;
      if (mailer === undefined || to === undefined) {
        const reason = mailer === undefined ? "no mailer is configured" : "the buyer left no mail address";
        log.warn("mail_skipped", { orderId: order.orderId, reason });
        return "skipped";
      }
      await mailer.send({ to, ...orderConfirmation(order, siteUrl) }, { idempotencyKey, signal });
      return "done";
    },
  };
}
