import { afterEach, expect, test } from "vitest";

import { NonRetriableError } from "../../../../core/retry/errors.ts";
import { createDeadline } from "../../../../core/retry/deadline.ts";
import { settleOrder } from "../../../../core/orders/settle-order.ts";
import type { SettleTrigger } from "../../../../core/orders/settle-trigger.ts";
import { reconcile, type ReconcileReport } from "../../../../core/reconciliation/reconcile.ts";
import { readProgress } from "../../../../core/reconciliation/watermark.ts";
import { saveWaiting, readWaiting } from "../../../../core/stores/waiting-orders.ts";
import type { Services } from "../../../../core/services.ts";
import { createMemoryStorage } from "../../../../core/stores/memory-storage.ts";
import type { ShopRuntime } from "../../../../core/services.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let shop: TestShop;
let services: Services;
afterEach(() => shop.close());

async function open(
  engine: "memory" | "stripe",
  replace: Partial<ShopRuntime>,
  environment: Record<string, string> = {},
): Promise<void> {
  shop = openTestShop({ engine });
  const kind = engine === "stripe" ? { storage: undefined } : {};
  services = await servicesOf(shop, { ...replace, ...kind }, environment);
}

const inTime = () => createDeadline(() => shop.clock.nowMs, HOUR_MS);
const run = (): Promise<ReconcileReport> => reconcile(inTime(), services);
const settle = (orderId: string, trigger: SettleTrigger) => settleOrder(orderId, trigger, inTime(), services);

async function paidSession(): Promise<string> {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  return sessionId;
}

async function healthProblems(): Promise<string[]> {
  shop.clock.nowMs += 10_000;
  const answer = await shop.app.health(new Request("https://shop.example/api/health"));
  return ((await answer.json()) as { problems: string[] }).problems;
}

test.for(["memory", "stripe"] as const)(
  "A30: on the engine %s an order that waits for its owner is reported for as long as it waits",
  async (engine) => {
    let isMended = false;
    const send = () =>
      isMended ? Promise.resolve() : Promise.reject(new NonRetriableError("no such mailbox"));
    await open(engine, { mailer: { send } });
    const orderId = await paidSession();
    expect((await run()).flagged).toEqual([orderId]);
    for (let days = 0; days < 70; days += 10) {
      shop.clock.nowMs += 10 * DAY_MS;
      expect((await run()).flagged, `after ${days} days`).toEqual([orderId]);
    }
    if (engine === "stripe") expect(await healthProblems()).toEqual(["orders_need_attention"]);

    isMended = true;
    expect(await settle(orderId, "owner")).toEqual({ kind: "fulfilled" });
    expect((await run()).flagged).toEqual([]);
    expect(await readWaiting(services.bookkeeping)).toEqual([]);
    if (engine === "stripe") expect(await healthProblems()).toEqual([]);
  },
);

test("A30: an order that a refund flags months after it was paid is reported, too", async () => {
  let isFlagged = false;
  await open("stripe", {});
  const orderId = await paidSession();
  await settle(orderId, "checkout");
  shop.clock.nowMs += 60 * DAY_MS;
  await run();

  shop.stripe.account.refund(shop.stripe.state().checkoutIntents[orderId]?.paymentIntent ?? "");
  await settle(orderId, "refund");
  // The state after an `onRevoked` that failed for good.
  const { store } = services;
  services = {
    ...services,
    store: {
      ...store,
      async readControl(id) {
        const stored = await store.readControl(id);
        if (stored === undefined || !isFlagged) return stored;
        const deliveries = { code: { state: "gave_up" as const, attempts: 12 } };
        const news = { access: { kind: "revoked" as const, count: 1, deliveries } };
        return { ...stored, control: { ...stored.control, news } };
      },
    },
  };
  isFlagged = true;
  for (let days = 0; days < 40; days += 10) {
    expect((await run()).flagged, `after ${days} days`).toEqual([orderId]);
    shop.clock.nowMs += 10 * DAY_MS;
  }
  isFlagged = false;
  expect((await run()).flagged).toEqual([]);
});

test("A30: when more orders wait than a note can hold, the first ones found stay until they are dealt with", async () => {
  const { bookkeeping } = createMemoryStorage();
  const orders = Array.from({ length: 9 }, (_, order) => `cs_live_${String(order).repeat(58)}`);
  const nobody = () => false;
  await saveWaiting(bookkeeping, [], { flagged: orders, isDealtWith: nobody });
  const kept1 = await readWaiting(bookkeeping);
  expect(kept1).toEqual(orders.slice(0, 7));
  expect((await bookkeeping.read("orders_waiting"))?.text.length).toBeLessThanOrEqual(480);
  const isFirst = (orderId: string) => orderId === orders[0];
  await saveWaiting(bookkeeping, kept1, { flagged: [String(orders[8])], isDealtWith: isFirst });
  expect(await readWaiting(bookkeeping)).toEqual([...orders.slice(1, 7), orders[8]]);
});

test("A30: health keeps reporting the orders that the note could not hold until a run has looked at all of them", async () => {
  let isMended = false;
  const send = () =>
    isMended ? Promise.resolve() : Promise.reject(new NonRetriableError("no such mailbox"));
  await open("memory", { mailer: { send } });
  const orders: string[] = [];
  for (let order = 0; order < 8; order += 1) orders.push(await paidSession());
  expect((await run()).flagged).toHaveLength(8);
  const noted = await readWaiting(services.bookkeeping);
  expect(noted).toHaveLength(7);
  const left = orders.find((orderId) => !noted.includes(orderId));

  isMended = true;
  for (const orderId of noted) await settle(orderId, "owner");
  // A run that does not reach the worklist.
  const { store } = services;
  const unlisted = {
    ...store,
    listOpen: () => {
      throw new Error("not now");
    },
  };
  shop.clock.nowMs += 5 * DAY_MS;
  for (let runs = 0; runs < 2; runs += 1) {
    await reconcile(inTime(), { ...services, store: unlisted });
    expect((await readProgress(services.bookkeeping, shop.clock.nowMs))?.flagged).toBe(8);
  }
  expect((await run()).flagged).toEqual([left]);
  expect((await readProgress(services.bookkeeping, shop.clock.nowMs))?.flagged).toBe(1);
});

test("A30: while the note of the waiting orders cannot be read, everything else is looked at, and health keeps reporting them", async () => {
  await open("memory", { mailer: { send: () => Promise.reject(new NonRetriableError("no such mailbox")) } });
  const orderId = await paidSession();
  await run();
  const { bookkeeping, store } = services;
  const unread = {
    ...bookkeeping,
    read: (name: string) =>
      name === "orders_waiting" ? Promise.reject(new Error("not now")) : bookkeeping.read(name),
  };
  shop.clock.nowMs += 5 * DAY_MS;
  const another = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(another, { delayed: "succeeds" });
  const unlisted = { ...store, async *listOpen() {} };
  await reconcile(inTime(), { ...services, bookkeeping: unread, store: unlisted });
  expect((await store.readControl(another))?.control.state).toBe("awaiting_payment");
  expect((await readProgress(bookkeeping, shop.clock.nowMs))?.flagged).toBe(1);
  expect(await readWaiting(bookkeeping)).toEqual([orderId]);
});

test("A30: while the note of the waiting orders cannot be written, the marks stay where they are", async () => {
  await open("memory", { mailer: { send: () => Promise.reject(new NonRetriableError("no such mailbox")) } });
  const { bookkeeping } = services;
  let isWritable = false;
  services = {
    ...services,
    bookkeeping: {
      ...bookkeeping,
      write: async (name, version, text) =>
        name === "orders_waiting" && !isWritable ? "conflict" : bookkeeping.write(name, version, text),
    },
  };
  const orderId = await paidSession();
  expect((await run()).flagged).toEqual([orderId]);
  expect(await readProgress(bookkeeping, shop.clock.nowMs)).toMatchObject({ lookedAtUntilMs: 0, flagged: 1 });
  isWritable = true;
  await run();
  expect(await readProgress(bookkeeping, shop.clock.nowMs)).toMatchObject({
    lookedAtUntilMs: shop.clock.nowMs,
    flagged: 1,
  });
});
