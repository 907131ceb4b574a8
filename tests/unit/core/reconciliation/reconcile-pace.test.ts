import { afterEach, expect, test } from "vitest";

import { NonRetriableError } from "../../../../core/retry/errors.ts";
import { createDeadline } from "../../../../core/retry/deadline.ts";
import { reconcile, type ReconcileReport } from "../../../../core/reconciliation/reconcile.ts";
import { readProgress } from "../../../../core/reconciliation/watermark.ts";
import { openVirtualShop, type VirtualShop } from "../../../support/shop-in-virtual-time.ts";

const ENGINES = ["memory", "stripe"] as const;
const HOUR_MS = 3_600_000;

let shop: VirtualShop;
afterEach(() => shop.close());

async function open(engine: (typeof ENGINES)[number], pace: Partial<VirtualShop["pace"]> = {}) {
  shop = await openVirtualShop(engine);
  Object.assign(shop.pace, pace);
}

/** Made before Stripe becomes slow. */
async function paidOrders(count: number, priceId?: string): Promise<string[]> {
  const { callMs } = shop.pace;
  shop.pace.callMs = 0;
  const orders: string[] = [];
  for (let order = 0; order < count; order += 1) {
    const orderId = await shop.openSession(priceId);
    shop.stripe.buyer.pay(orderId);
    orders.push(orderId);
  }
  shop.pace.callMs = callMs;
  return orders;
}

const paymentOf = (orderId: string): string =>
  String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent);

const progressNow = () => shop.during(() => readProgress(shop.services.bookkeeping, shop.clock.nowMs));

function run(withinMs: number): Promise<ReconcileReport> {
  const deadline = createDeadline(() => shop.clock.nowMs, withinMs);
  return shop.during(() => reconcile(deadline, shop.services));
}

test.for([
  ["memory", 80],
  ["stripe", 40],
] as const)(
  "A40: with Stripe at 200 ms a call and a mail server at 600 ms one run on the engine %s repairs at least %d orders",
  async ([engine, atLeast]) => {
    await open(engine, { callMs: 200, mailMs: 600 });
    await paidOrders(150);
    const { report, tookMs } = await shop.scheduledRun();
    expect(report.repaired.length).toBeGreaterThanOrEqual(atLeast);
    expect(report).toMatchObject({ unfinished: [], flagged: [], skipped: [] });
    expect(shop.mails).toHaveLength(report.repaired.length);
    expect(tookMs).toBeLessThan(28_000);
    // Stripe allows 25 requests a second.
    expect(shop.mostAtOnce()).toBeLessThanOrEqual(16);
  },
);

test("A40: the time that the other lists leave goes to the one that has more, whichever it is", async () => {
  await open("memory", { callMs: 200, mailMs: 600 });
  await paidOrders(150);
  // Only their events tell of the changes.
  for (const { deliveries } of Object.values(shop.stripe.state().events)) deliveries.push("lost");
  shop.stripe.faults.beforeApi = ({ url }) =>
    url.includes("/v1/checkout/sessions?")
      ? Response.json({ object: "list", data: [], has_more: false })
      : undefined;
  const { report } = await shop.scheduledRun();
  expect(report.repaired.length).toBeGreaterThanOrEqual(80);
  expect(report.incomplete).toEqual(["undelivered_events"]);
});

test("A40: a list that cannot be read is not asked again in the same run", async () => {
  await open("memory", { callMs: 200, mailMs: 600 });
  await paidOrders(60);
  shop.stripe.faults.beforeApi = ({ url }) => (url.includes("/v1/refunds") ? Response.error() : undefined);
  const before = shop.asked("/v1/refunds");
  const { report } = await shop.scheduledRun();
  expect(report.incomplete).toEqual(["recent_refunds"]);
  expect(report.repaired).toHaveLength(60);
  // Once, and once more by the SDK itself.
  expect(shop.asked("/v1/refunds") - before).toBe(2);
});

test.for(ENGINES)(
  "A41: with Stripe at 1.9 s a call a run on the engine %s answers within the host's time, and the next one goes on where it stopped",
  async (engine) => {
    await open(engine, { callMs: 1_900, mailMs: 600 });
    const paid = await paidOrders(15);
    const repaired: string[] = [];
    let place = "";
    for (let runs = 0; runs < 20 && repaired.length < paid.length; runs += 1) {
      const { status, report, tookMs } = await shop.scheduledRun();
      expect(status).toBe(200);
      expect(tookMs).toBeLessThan(28_000);
      repaired.push(...report.repaired);
      const list = engine === "stripe" ? "open_orders" : "recent_sessions";
      const reached = (await progressNow())?.pass?.reached[list] ?? "";
      if (report.incomplete.length > 0) expect(reached).not.toBe(place);
      place = reached;
      shop.clock.nowMs += HOUR_MS;
    }
    expect(repaired.toSorted()).toEqual(paid.toSorted());
    expect(shop.mails).toHaveLength(paid.length);
  },
);

test("A41: the same holds where orders that wait for their owner must be noted", async () => {
  await open("stripe", { callMs: 1_900 });
  shop.pace.refuse = new NonRetriableError("no such mailbox");
  const paid = await paidOrders(6);
  for (let runs = 0; runs < 10; runs += 1) {
    expect((await shop.scheduledRun()).tookMs).toBeLessThan(28_000);
    shop.clock.nowMs += HOUR_MS;
  }
  expect((await shop.scheduledRun()).report.flagged.toSorted()).toEqual(paid.toSorted());
});

test.for([
  ["memory", 200],
  ["memory", 1_000],
  ["stripe", 80],
  ["stripe", 1_000],
] as const)(
  "A34: on the engine %s, with Stripe at %d ms a call, long lists are read in parts, each order once, and nothing is forgotten",
  async ([engine, callMs]) => {
    await open(engine, { callMs, mailMs: 600 });
    const startedMs = shop.clock.nowMs;
    const paid = await paidOrders(40);
    for (const [index, orderId] of paid.entries()) {
      // Half of them are on another list, too.
      if (index % 4 === 1) shop.stripe.account.refund(paymentOf(orderId), 100);
      if (index % 4 === 3) shop.stripe.account.dispute(paymentOf(orderId));
    }
    const settled: string[] = [];
    let runs = 0;
    for (; runs < 40 && settled.length < paid.length; runs += 1) {
      const report = await run(callMs === 1_000 ? 24_000 : 12_000);
      settled.push(...report.repaired);
      shop.clock.nowMs += HOUR_MS;
    }
    expect(runs).toBeGreaterThan(1);
    expect(settled.toSorted()).toEqual(paid.toSorted());
    expect(shop.mails).toHaveLength(paid.length);
    // The next pass finds what was paid during this one.
    const [late] = await paidOrders(1);
    shop.pace.callMs = 0;
    for (let more = 0; more < 2; more += 1) settled.push(...(await run(HOUR_MS)).repaired);
    expect(settled).toContain(late);
    const progress = await progressNow();
    expect(progress?.pass).toBeUndefined();
    expect(progress?.lookedAtUntilMs).toBeGreaterThan(startedMs);
  },
);

test.for([
  ["memory", "recent_sessions"],
  ["stripe", "open_orders"],
] as const)(
  "A42: on the engine %s the place is after the last order that was checked, although several are checked at once",
  async ([engine, list]) => {
    await open(engine, { callMs: 200, mailMs: 600 });
    const newestFirst = (await paidOrders(60)).toReversed();
    const { repaired } = await run(12_000);
    expect(repaired.length).toBeGreaterThan(4);
    expect(repaired.length).toBeLessThan(60);
    const place = (await progressNow())?.pass?.reached[list] ?? "";
    expect(repaired.toSorted()).toEqual(newestFirst.slice(0, newestFirst.indexOf(place) + 1).toSorted());
  },
);

test("A42: an order that is on a list twice is checked twice in turn, and never found busy", async () => {
  await open("memory", { callMs: 200, mailMs: 600 });
  const [orderId = ""] = await paidOrders(1);
  await shop.scheduledRun();
  for (let part = 1; part < 4; part += 1) {
    shop.clock.nowMs += 1_000;
    shop.stripe.account.refund(paymentOf(orderId), 10 * part);
  }
  shop.stripe.account.dispute(paymentOf(orderId));
  for (const { deliveries } of Object.values(shop.stripe.state().events)) deliveries.push("lost");
  const { report } = await shop.scheduledRun();
  expect(report).toMatchObject({ repaired: [orderId], unfinished: [], incomplete: [] });
});
