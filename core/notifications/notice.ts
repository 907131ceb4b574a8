import { isolate } from "../format/isolate.ts";
import { singleLine } from "../format/plain-text.ts";
import { includedSums, sumRows } from "../mail/confirmation/sum-rows.ts";
import { maskPrivate } from "../log/mask-private.ts";
import { formatMoney } from "../format/money.ts";
import type { OrderSnapshot } from "../orders/order.ts";
import { isPaused, isRevoked } from "../orders/access.ts";
import { disputeWords, moment } from "./dispute-words.ts";
import type { NotificationReport, Notice } from "../orders/outbox/notifier.ts";

/** What the owner reads. It never says who bought: those who may know that find it behind the link. */
export function noticeOf(report: NotificationReport, hints: readonly string[] = []): Notice {
  const { headline, sentences } = wordsFor(report);
  const { order, control } = report;
  const price = (amountMinor: number): string => money(report, amountMinor);
  return {
    subject: order.livemode ? headline : `[test] ${headline}`,
    text: [
      ...sentences,
      ...(sentences.length > 0 ? [""] : []),
      ...order.items.map(
        ({ quantity, name, amountMinor }) =>
          `${quantity} × ${isolate(singleLine(name))}  ${price(amountMinor)}`,
      ),
      ...sumRows(order, price).map((row) => `${row.name}  ${row.amount}`),
      `Total  ${price(order.totalMinor)}`,
      ...includedSums(order, price),
      ...(isRevoked(control) ? ["The purchase is void: downloads and keys no longer work."] : []),
      ...(isPaused(control)
        ? ["The subscription is paused: downloads and keys do not work until it resumes."]
        : []),
      ...hints.flatMap((hint) => ["", hint]),
      "",
      `Order ${order.orderId}`,
      stripeUrl(report),
      "",
    ].join("\n"),
  };
}

function wordsFor(report: NotificationReport): { headline: string; sentences: string[] } {
  const { notification, control, dates, order } = report;
  const total = money(report, order.totalMinor);
  const refunded = money(report, control.mirror.refundedMinor);
  const isSubscription = order.mode === "subscription";
  switch (notification.kind) {
    case "paid":
      return { headline: `New order: ${total}`, sentences: aboutNewOrder(order) };
    case "payment_failed":
      return {
        headline: `A payment of ${total} failed`,
        sentences: ["It was refused, canceled or never made. Nothing was delivered."],
      };
    case "needs_attention":
      return {
        headline: "An order needs your attention",
        sentences: [
          order.totalMinor === 0
            ? "It could not be completed:"
            : "It is paid, but it could not be completed:",
          // A mail server's complaint quotes the buyer's address.
          maskPrivate(control.lastError ?? "the order's record says why."),
          `Fix that, then run: npm run settle -- ${order.orderId}`,
          ...(control.lastError?.includes("the buyer's address") === true
            ? [
                "If the buyer mistyped the address, ask for the right one (their name is in Stripe, behind the link below), and add: --mail-to NAME@EXAMPLE.COM",
              ]
            : []),
        ],
      };
    case "refunded":
      if (isSubscription) return refundedOfSubscription(refunded);
      return control.mirror.fullyRefunded
        ? { headline: `Refunded in full: ${refunded}`, sentences: [] }
        : {
            headline: `Refunded: ${refunded} of ${total}`,
            sentences: ["A partial refund takes nothing away from the buyer."],
          };
    case "refund_failed":
      return {
        headline: isSubscription
          ? `A refund failed: ${refunded} of a subscription's payments are refunded now`
          : `A refund failed: ${refunded} of ${total} are refunded now`,
        sentences: [
          "The buyer's bank sent money back to you. See Stripe for how to return it in another way.",
        ],
      };
    case "dispute_inquiry":
    case "dispute_opened":
    case "dispute_won":
    case "dispute_lost":
      return disputeWords(notification.kind, report);
    case "renewal_failed":
      return {
        headline: "A renewal could not be paid; Stripe will try again",
        sentences: dates.nextAttemptMs === undefined ? [] : [`Next try: ${moment(dates.nextAttemptMs)}.`],
      };
    case "renewal_failed_finally":
      return {
        headline: "A renewal could not be paid, and Stripe will not try again",
        sentences: ["A setting of your Stripe account decides what happens to the subscription."],
      };
    case "subscription_ended":
      return {
        headline: "A subscription has ended",
        sentences: control.mirror.renewal === undefined ? [] : ["Its last renewal could not be paid."],
      };
    case "subscription_paused":
      return {
        headline: "A subscription is paused",
        sentences: [
          ...(control.mirror.renewal === undefined ? [] : ["Its last renewal could not be paid."]),
          "Stripe charges nothing in the meantime. Resume it in Stripe, or leave that to the buyer.",
        ],
      };
    case "subscription_resumed":
      return { headline: "A subscription has resumed", sentences: ["Downloads and keys work again."] };
    case "revoked":
      return { headline: "A purchase is void", sentences: [] };
    case "restored":
      return { headline: "A purchase is valid again", sentences: [] };
  }
}

function aboutNewOrder({ totalMinor, isTrial, needsShipping }: OrderSnapshot): string[] {
  return [
    ...(isTrial ? ["The subscription begins with a trial."] : []),
    ...(totalMinor === 0 ? ["Nothing has been paid, and nothing is due today."] : []),
    ...(needsShipping ? ["You have to ship it. The address is in Stripe, behind the link below."] : []),
  ];
}

function refundedOfSubscription(refunded: string): { headline: string; sentences: string[] } {
  return {
    headline: `Refunded: ${refunded} of a subscription's payments`,
    sentences: [
      "That is the sum of all its refunds. They take nothing away from the subscriber: cancel the subscription in Stripe to end it.",
    ],
  };
}

function money({ order }: NotificationReport, amountMinor: number): string {
  return formatMoney(amountMinor, order.currency, "en");
}

function stripeUrl({
  order: { livemode, paymentIntentId, subscriptionId, orderId },
}: NotificationReport): string {
  const dashboard = `https://dashboard.stripe.com/${livemode ? "" : "test/"}`;
  if (paymentIntentId !== undefined) return `${dashboard}payments/${paymentIntentId}`;
  return subscriptionId === undefined
    ? `${dashboard}search?query=${orderId}`
    : `${dashboard}subscriptions/${subscriptionId}`;
}
