import { Webhook } from "standardwebhooks";

import { NonRetriableError } from "../retry/errors.ts";
import type { NotificationKind } from "../orders/outbox/outbox.ts";
import { disputesIn } from "../orders/disputes.ts";
import { isPaused, isRevoked } from "../orders/access.ts";
import type { Post } from "../http/safe-post.ts";
import type { NotificationChannel } from "./create-notifier.ts";
import type { NotificationReport } from "../orders/outbox/notifier.ts";

/** What docs/webhooks.md promises. Kinds that are missing here are for people only. */
const EVENT_TYPES: Readonly<Partial<Record<NotificationKind, string>>> = {
  paid: "order.paid",
  payment_failed: "order.payment_failed",
  refunded: "order.refunded",
  refund_failed: "order.refund_failed",
  dispute_inquiry: "order.disputed",
  dispute_opened: "order.disputed",
  dispute_won: "order.disputed",
  dispute_lost: "order.disputed",
  renewal_failed: "order.renewal_failed",
  renewal_failed_finally: "order.renewal_failed",
  subscription_paused: "order.paused",
  subscription_resumed: "order.resumed",
  revoked: "order.revoked",
  restored: "order.restored",
};

const GONE = 410;

export interface WebhookTarget {
  url: URL;
  /** `whsec_…` */
  secret: string;
  allowLoopback: boolean;
}

/** The owner's own server, called as https://www.standardwebhooks.com says; `webhook-id` is the event's key. */
export function createWebhookChannel(
  post: Post,
  { url, secret, allowLoopback }: WebhookTarget,
  now: () => number,
): NotificationChannel {
  const webhook = new Webhook(secret);
  return {
    hears: (kind) => EVENT_TYPES[kind] !== undefined,

    async notify(report, { idempotencyKey, signal }) {
      // Whole seconds, as the signature has them.
      const sentAt = new Date(Math.floor(now() / 1000) * 1000);
      const body = JSON.stringify(eventOf(report, sentAt));
      const headers = {
        "Content-Type": "application/json",
        "webhook-id": idempotencyKey,
        "webhook-timestamp": String(sentAt.getTime() / 1000),
        "webhook-signature": webhook.sign(idempotencyKey, sentAt, body),
      };
      const { status } = await post({ url, headers, body, signal, allowLoopback });
      if (status >= 200 && status < 300) return;
      const problem = `The order webhook answered ${status}.`;
      throw status === GONE ? new NonRetriableError(problem) : new Error(problem);
    },
  };
}

/** How the order stands now: an event that comes late, or twice, says nothing outdated. */
function eventOf({ notification, order, control }: NotificationReport, sentAt: Date): object {
  const { refundedMinor, fullyRefunded, dispute, subscription, renewal } = control.mirror;
  return {
    type: EVENT_TYPES[notification.kind],
    timestamp: sentAt.toISOString(),
    data: {
      id: order.orderId,
      livemode: order.livemode,
      mode: order.mode,
      created: new Date(order.createdMs).toISOString(),
      currency: order.currency,
      totalMinor: order.totalMinor,
      shippingMinor: order.shippingMinor ?? null,
      taxMinor: order.taxMinor ?? null,
      discountMinor: order.discountMinor ?? null,
      needsShipping: order.needsShipping ?? false,
      isTrial: order.isTrial ?? false,
      items: order.items,
      buyer: order.buyer,
      mailTo: order.mailTo ?? null,
      clientReferenceId: order.clientReferenceId ?? null,
      customerId: order.customerId ?? null,
      paymentIntentId: order.paymentIntentId ?? null,
      subscriptionId: order.subscriptionId ?? null,
      revoked: isRevoked(control),
      paused: isPaused(control),
      refundedMinor,
      fullyRefunded,
      dispute: dispute ?? null,
      disputes: disputesIn(control.mirror),
      subscription: subscription ?? null,
      renewal: renewal ?? null,
    },
  };
}
