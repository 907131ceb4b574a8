import type Stripe from "stripe";

import { isOurs } from "../checkout/marker.ts";
import { longDate } from "../long-date.ts";
import { createDeadline } from "../orders/deadline.ts";
import type { OrderSnapshot } from "../orders/order.ts";
import { withTimeout, type Schedule } from "../orders/with-timeout.ts";
import type { Bookkeeping } from "../reconciliation/bookkeeping.ts";
import { isOverdue } from "../reconciliation/heartbeat.ts";
import { readProgress } from "../reconciliation/watermark.ts";
import { withinDeadline } from "../stripe/within-deadline.ts";
import type { NewsReport } from "./news-desk.ts";

/**
 * What an owner who hears of a new order should know besides: a sentence each, mostly none. A look that fails says nothing. Rejects
 * only where the machine was frozen meanwhile: by now somebody else may be at the order.
 */
export type RemarksOn = (report: NewsReport) => Promise<readonly string[]>;

export interface RemarkDependencies {
  stripe: Stripe;
  shopId: string;
  /** The host's scheduler cannot start reconciliation. */
  lacksCronSecret: boolean;
  bookkeeping: Bookkeeping;
  now: () => number;
  schedule: Schedule;
}

/** No message waits longer for its remarks. */
const LOOK_WITHIN_MS = 1_500;

/** Whoever pays twice by mistake does so soon. */
const TWIN_WITHIN_S = 3_600;

export function createRemarks(dependencies: RemarkDependencies): RemarksOn {
  const { stripe, shopId, lacksCronSecret, bookkeeping, now, schedule } = dependencies;

  async function onDoublePurchase({
    orderId,
    buyer: { email },
    ...order
  }: OrderSnapshot): Promise<string | undefined> {
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
        session.id !== orderId &&
        isOurs(session.metadata, shopId) &&
        session.payment_status === "paid" &&
        session.currency === order.currency &&
        session.amount_total === order.totalMinor,
    );
    if (twin === undefined) return undefined;
    return `The same buyer paid the same amount within the hour, order ${twin.id}: perhaps twice by mistake. If so, refund one.`;
  }

  async function onReconciliation(): Promise<string | undefined> {
    if (lacksCronSecret) return "Nothing looks for payments that Stripe could not report: set CRON_SECRET.";
    const progress = await readProgress(bookkeeping);
    if (progress === undefined || !isOverdue(progress, now())) return undefined;
    const since = progress.finishedMs === 0 ? "" : ` since ${longDate(progress.finishedMs)}`;
    return `The scheduled look for payments that Stripe could not report has not come to its end${since}.`;
  }

  const soon = (look: Promise<string | undefined>): Promise<string | undefined> =>
    withTimeout(LOOK_WITHIN_MS, schedule, () => look).catch(() => undefined);

  return async ({ news, order }) => {
    if (news.kind !== "paid") return [];
    const startedMs = now();
    const remarks = await Promise.all([soon(onDoublePurchase(order)), soon(onReconciliation())]);
    if (now() - startedMs > 2 * LOOK_WITHIN_MS) throw new Error("The looks beside a notice took too long.");
    return remarks.filter((remark) => remark !== undefined);
  };
}
