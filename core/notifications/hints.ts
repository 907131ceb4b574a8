import type Stripe from "stripe";

import { soldIn } from "../stripe/session-owner.ts";
import { whoseSale, type ShopIdentity } from "../stripe/whose-sale.ts";
import { errorName, type Log } from "../log/log.ts";
import { longDate } from "../format/long-date.ts";
import { singleLine } from "../format/plain-text.ts";
import { createDeadline } from "../retry/deadline.ts";
import type { Channel } from "../orders/outbox/outbox.ts";
import type { OrderSnapshot } from "../orders/order.ts";
import { withTimeout, type Schedule } from "../retry/with-timeout.ts";
import type { Bookkeeping } from "../stores/bookkeeping.ts";
import { isOverdue } from "../reconciliation/heartbeat.ts";
import { readProgress } from "../reconciliation/watermark.ts";
import { hasSettings, type Site } from "../shop-definition/site.ts";
import { withinDeadline } from "../stripe/within-deadline.ts";
import type { NotificationReport } from "../orders/outbox/notifier.ts";

/**
 * What else an owner who hears of a new order should know: a sentence each, mostly none. A look that fails says nothing, and only
 * the first try of a message waits for it. Rejects when the message must not be sent any more: it was cut off, or the machine was
 * frozen and another run may hold the order.
 */
export type HintsOn = (
  report: NotificationReport,
  channel: Channel,
  signal: AbortSignal,
) => Promise<readonly string[]>;

export interface HintDependencies {
  stripe: Stripe;
  site: Site;
  identity: ShopIdentity;
  /** The host's scheduler cannot start reconciliation. */
  lacksCronSecret: boolean;
  bookkeeping: Bookkeeping;
  now: () => number;
  schedule: Schedule;
  log: Log;
}

const LOOK_WITHIN_MS = 1_500;

/** A buyer who pays twice by mistake does so soon. */
const TWIN_WITHIN_S = 3_600;

export function createHints(dependencies: HintDependencies): HintsOn {
  const { site, now, schedule, log } = dependencies;
  /** Mail and chat, which are told at the same time, share it. */
  let latest: { orderId: string; remarks: Promise<readonly string[]> } | undefined;

  async function look(order: OrderSnapshot): Promise<readonly string[]> {
    const looks = [onDoublePurchase(order, dependencies), onReconciliation(dependencies)].map((remark) =>
      withTimeout(LOOK_WITHIN_MS, schedule, () => remark).catch((error: unknown) => {
        log.warn("notice_without_remark", { orderId: order.orderId, error: errorName(error) });
        return undefined;
      }),
    );
    return (await Promise.all(looks)).filter((remark) => remark !== undefined);
  }

  return async ({ notification, order }, channel, signal) => {
    if (notification.kind !== "paid") return [];
    const unknown = onUnknownLines(order, site);
    if ((notification.deliveries[channel]?.attempts ?? 0) > 0) return unknown;
    const startedMs = now();
    if (latest?.orderId !== order.orderId) latest = { orderId: order.orderId, remarks: look(order) };
    const remarks = await latest.remarks;
    signal.throwIfAborted();
    if (now() - startedMs > 2 * LOOK_WITHIN_MS) throw new Error("The looks beside a notice took too long.");
    return [...unknown, ...remarks];
  };
}

async function onDoublePurchase(
  order: OrderSnapshot,
  { stripe, identity, now }: HintDependencies,
): Promise<string | undefined> {
  const { email } = order.buyer;
  if (email === undefined || order.totalMinor === 0) return undefined;
  const createdS = Math.floor(order.createdMs / 1000);
  const { data } = await stripe.checkout.sessions.list(
    {
      customer_details: { email },
      status: "complete",
      created: { gte: createdS - TWIN_WITHIN_S, lte: createdS + TWIN_WITHIN_S },
      limit: 20,
    },
    withinDeadline(createDeadline(now, LOOK_WITHIN_MS)),
  );
  const twin = data.find(
    (session) =>
      session.id !== order.orderId &&
      whoseSale(soldIn(session), identity) === "ours" &&
      session.payment_status === "paid" &&
      session.currency === order.currency &&
      session.amount_total === order.totalMinor,
  );
  if (twin === undefined) return undefined;
  const cure = order.mode === "subscription" ? "cancel and refund one" : "refund one";
  return `The same buyer paid the same amount within the hour, order ${twin.id}. This may be a mistake. If so, ${cure}, unless you already have.`;
}

async function onReconciliation({
  lacksCronSecret,
  bookkeeping,
  now,
}: HintDependencies): Promise<string | undefined> {
  if (lacksCronSecret) return "No scheduled run looks for unreported payments: set CRON_SECRET.";
  const progress = await readProgress(bookkeeping, now());
  if (progress === undefined || !isOverdue(progress, now())) return undefined;
  const since = progress.finishedMs === 0 ? "" : ` since ${longDate(progress.finishedMs)}`;
  return `The scheduled run that looks for unreported payments has not finished${since}.`;
}

/** This takes no request, so every try of a message has it. */
function onUnknownLines({ items }: OrderSnapshot, site: Site): string[] {
  return items
    .filter((item) => item.addedAtCheckout === true && !hasSettings(site, item))
    .map(
      ({ name, priceId }) =>
        `Stripe's page added "${singleLine(name)}" (${priceId}), a cross-sell or an upsell from your dashboard. shop.config.ts does not list it, so the shop delivered nothing for it. Deliver it yourself, or add the price under \`prices\` in shop.config.ts and deploy again.`,
    );
}
