import { afterEach, expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import { newControl } from "../../../../core/orders/control-record.ts";
import { reconcile, type ReconcileReport } from "../../../../core/reconciliation/reconcile.ts";
import { readWaiting } from "../../../../core/stores/waiting-orders.ts";
import { readProgress } from "../../../../core/reconciliation/watermark.ts";
import type { Services } from "../../../../core/services.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let shop: TestShop;
let services: Services;
let logged: { event: string; fields: Record<string, unknown> }[];
afterEach(() => shop.close());

async function open(): Promise<void> {
  logged = [];
  shop = openTestShop();
  const error = (event: string, fields = {}): void => void logged.push({ event, fields });
  services = await servicesOf(shop, { log: { info: () => undefined, warn: () => undefined, error } });
}

const run = (): Promise<ReconcileReport> =>
  reconcile(
    createDeadline(() => shop.clock.nowMs, HOUR_MS),
    services,
  );

const progressNow = () => readProgress(services.bookkeeping, shop.clock.nowMs);

/** Settled orders that are then refunded in part, which only Stripe's list of refunds tells. Newest refund first. */
async function refundedOrders(count: number): Promise<{ orderId: string; refund: string }[]> {
  const orders: string[] = [];
  for (let order = 0; order < count; order += 1) {
    const orderId = await shop.openSession();
    shop.stripe.buyer.pay(orderId);
    orders.push(orderId);
  }
  await run();
  shop.stripe.account.setLostEvents("all");
  return orders
    .map((orderId) => {
      shop.clock.nowMs += 1_000;
      const payment = String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent);
      return { orderId, refund: shop.stripe.account.refund(payment, 100).id };
    })
    .toReversed();
}

function answer(refund: string, response: () => Response): void {
  shop.stripe.faults.beforeApi = ({ url }) =>
    url.includes(`/v1/refunds/${refund}`) ? response() : undefined;
}

const refusal = (): Response =>
  Response.json(
    { error: { type: "invalid_request_error", message: "This refund cannot be shown." } },
    { status: 400 },
  );

test("A43: an entry that Stripe answers with 400 is skipped and reported, and holds up neither the entries behind it nor the mark", async () => {
  await open();
  const refunds = await refundedOrders(5);
  const refused = refunds[1]?.refund ?? "";
  answer(refused, refusal);
  shop.clock.nowMs += HOUR_MS;
  const { nowMs } = shop.clock;
  const report = await run();
  const others = refunds.filter(({ refund }) => refund !== refused).map(({ orderId }) => orderId);
  expect(report.repaired.toSorted()).toEqual(others.toSorted());
  expect(report).toMatchObject({ skipped: [refused], unfinished: [], incomplete: [] });
  expect(logged).toEqual([
    {
      event: "reconcile_entry_failed",
      fields: {
        source: "recent_refunds",
        objectId: refused,
        reason: "refused",
        error: "Error: This refund cannot be shown.",
      },
    },
  ]);
  expect(await progressNow()).toMatchObject({ lookedAtUntilMs: nowMs, finishedMs: nowMs, pass: undefined });
});

test("A43: an entry that cannot be explained is retried for two days, and holds the mark no longer than that", async () => {
  await open();
  const refunds = await refundedOrders(3);
  const broken = refunds[0]?.refund ?? "";
  const before = await progressNow();
  answer(broken, () => Response.json(null));
  for (const passedMs of [HOUR_MS, DAY_MS, 22 * HOUR_MS]) {
    shop.clock.nowMs += passedMs;
    expect((await run()).skipped).toEqual([broken]);
    expect((await progressNow())?.lookedAtUntilMs).toBe(before?.lookedAtUntilMs);
  }
  const [first] = logged;
  expect(first?.fields).toMatchObject({ objectId: broken, reason: "unknown", error: "TypeError" });
  shop.clock.nowMs += 2 * HOUR_MS;
  expect((await run()).skipped).toEqual([broken]);
  expect((await progressNow())?.lookedAtUntilMs).toBe(shop.clock.nowMs);
  // The list overlaps, so an entry that recovers in time is still found.
  shop.stripe.faults.beforeApi = undefined;
  expect((await run()).repaired).toEqual([refunds[0]?.orderId]);
});

test.for([
  ["Stripe cannot be reached", () => Response.error()],
  [
    "the key may not ask",
    () =>
      Response.json({ error: { type: "invalid_request_error", message: "no permission" } }, { status: 403 }),
  ],
] as const)(
  "A43: where %s, the list ends where it is, and the next run goes on there",
  async ([, response]) => {
    await open();
    const refunds = await refundedOrders(20);
    const [stopping, last] = [refunds[14], refunds[19]];
    answer(stopping?.refund ?? "", response);
    shop.clock.nowMs += HOUR_MS;
    const first = await run();
    expect(first).toMatchObject({ skipped: [], incomplete: ["recent_refunds"] });
    expect(first.repaired.toSorted()).toEqual(
      refunds
        .slice(0, 14)
        .map(({ orderId }) => orderId)
        .toSorted(),
    );
    expect((await progressNow())?.pass?.reached.recent_refunds).toBe(refunds[13]?.refund);
    // The place is kept, however often that happens.
    await run();
    expect((await progressNow())?.pass?.reached.recent_refunds).toBe(refunds[13]?.refund);

    shop.stripe.faults.beforeApi = undefined;
    const { repaired } = await run();
    expect(repaired).toHaveLength(6);
    expect(repaired).toContain(last?.orderId);
  },
);

test("A44: a run comes to its end with sixty thousand findings, twenty thousand of them orders that wait for their owner", async () => {
  await open();
  const flagged = { ...newControl(), writeId: "w", state: "needs_attention" as const };
  const unreadable = Promise.reject(new Error("not now"));
  unreadable.catch(() => undefined);
  const number = (orderId: string): number => Number(orderId.slice("cs_test_".length));
  const store = {
    ...services.store,
    async *listOpen() {
      for (let index = 0; index < 60_000; index += 1) yield { orderId: `cs_test_${index}`, isOpen: true };
    },
    readControl: (orderId: string) =>
      number(orderId) % 3 === 0 ? Promise.resolve({ control: flagged, version: 1 }) : unreadable,
  };
  const report = await reconcile(
    createDeadline(() => shop.clock.nowMs, HOUR_MS),
    { ...services, store },
  );
  expect(report).toMatchObject({ checked: 60_000, incomplete: [] });
  expect([report.flagged.length, report.unfinished.length]).toEqual([20_000, 40_000]);
  expect(await progressNow()).toMatchObject({ flagged: 20_000 });
  expect((await readWaiting(services.bookkeeping)).join(" ").length).toBeLessThanOrEqual(480);
});
