import { afterEach, beforeEach, expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import { reconcile, type ReconcileReport } from "../../../../core/reconciliation/reconcile.ts";
import { readProgress } from "../../../../core/reconciliation/watermark.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let shop: TestShop;
beforeEach(() => {
  // Sessions stay open for as long as Stripe allows: a day.
  shop = openTestShop({ environment: { CHECKOUT_MINUTES: "1440" } });
});
afterEach(() => shop.close());

/** One complete run, on a machine whose clock is this much ahead of Stripe's. */
async function run(aheadMs = 0): Promise<ReconcileReport> {
  const now = (): number => shop.clock.nowMs + aheadMs;
  const services = await servicesOf(shop, { now });
  const report = await reconcile(createDeadline(now, HOUR_MS), services);
  expect(report).toMatchObject({ incomplete: [], unfinished: [] });
  const progress = await readProgress(services.bookkeeping, now());
  expect(progress?.pass).toBeUndefined();
  expect(progress?.lookedAtUntilMs).toBeGreaterThanOrEqual(now());
  return report;
}

async function paidSession(priceId?: string): Promise<string> {
  const sessionId = await shop.openSession(priceId);
  shop.stripe.buyer.pay(sessionId);
  return sessionId;
}

async function mirrorOf(orderId: string): Promise<unknown> {
  return (await shop.store.readControl(orderId))?.control.mirror;
}

/** Makes something happen that only a list tells of. */
function withoutEvent(happen: () => void): void {
  shop.stripe.account.setLostEvents("all");
  happen();
  shop.stripe.account.setLostEvents([]);
}

test("A33: a session that is paid in the last minutes of its day is found without any event, after a run whose clock was ahead", async () => {
  const sessionId = await shop.openSession();
  shop.clock.nowMs += 23 * HOUR_MS + 54 * MINUTE_MS;
  expect((await run(29 * MINUTE_MS)).checked).toBe(0);

  shop.clock.nowMs += MINUTE_MS;
  withoutEvent(() => shop.stripe.buyer.pay(sessionId));
  shop.clock.nowMs += MINUTE_MS;
  expect((await run()).repaired).toEqual([sessionId]);
  expect((await shop.store.readControl(sessionId))?.control.state).toBe("fulfilled");
});

test("A33: an event that Stripe lists 14 minutes late is found, after a run whose clock was ahead", async () => {
  const sessionId = await paidSession("price_almanac_monthly");
  await run();
  shop.stripe.account.setEventVisibilityDelay(14 * MINUTE_MS);
  shop.stripe.account.cancelSubscription(
    String(shop.stripe.state().checkoutSessions[sessionId]?.subscription),
  );
  shop.clock.nowMs += 13 * MINUTE_MS + 59_000;
  expect((await run(29 * MINUTE_MS)).repaired).toEqual([]);
  expect(await mirrorOf(sessionId)).toMatchObject({ subscription: "active" });

  shop.clock.nowMs += 1_000;
  expect((await run()).repaired).toEqual([sessionId]);
  expect(await mirrorOf(sessionId)).toMatchObject({ subscription: "canceled" });
});

const changes = {
  refund: {
    happen: (payment: string) => shop.stripe.account.refund(payment),
    list: "/v1/refunds",
    mirror: { fullyRefunded: true },
  },
  dispute: {
    happen: (payment: string) => shop.stripe.account.dispute(payment),
    list: "/v1/disputes",
    mirror: { dispute: "open" },
  },
};

test.for(["refund", "dispute"] as const)(
  "A31: a %s is found although runs have missed it for as long as Stripe tries to deliver its event",
  async (kind) => {
    const { happen, list, mirror } = changes[kind];
    const orderId = await paidSession();
    await run();
    const payment = String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent);
    withoutEvent(() => happen(payment));
    // Stripe's lists lag behind now and then; this one for longer than was ever seen.
    shop.stripe.faults.beforeApi = (request) => {
      const { pathname, search } = new URL(request.url);
      if (pathname !== list || !search.includes("created")) return undefined;
      return Response.json({ object: "list", url: list, has_more: false, data: [] });
    };
    for (const passedMs of [DAY_MS, DAY_MS, 0.9 * DAY_MS]) {
      shop.clock.nowMs += passedMs;
      expect((await run()).repaired).toEqual([]);
    }

    shop.stripe.faults.beforeApi = undefined;
    expect((await run()).repaired).toEqual([orderId]);
    expect(await mirrorOf(orderId)).toMatchObject(mirror);
  },
);
