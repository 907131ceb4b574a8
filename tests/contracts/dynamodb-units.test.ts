import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";

import { newControl } from "../../core/orders/control-record.ts";
import { takeLease } from "../../core/orders/lease.ts";
import { beginStep, failStep } from "../../core/orders/step-progress.ts";
import type { ControlDraft } from "../../core/orders/update-control.ts";
import { createDynamodbClient } from "../../core/stores/dynamodb-client.ts";
import { countUnits, sizeOf, type ConsumedUnits } from "./consumed-units.ts";
import { openOrderTable, type OrderTable } from "./order-table.ts";
import { openShopOnTable, type ShopOnTable } from "./shop-on-table.ts";

/** The promise for an order that is paid at once, including its event records. */
const PROMISED = { write: 15, read: 6 };

let table: OrderTable;
let shop: ShopOnTable;
let units: ConsumedUnits;
let closeObserver = (): void => undefined;

beforeEach(async () => {
  table = await openOrderTable();
  shop = openShopOnTable(table);
  const observer = createDynamodbClient(table.config);
  closeObserver = () => observer.destroy();
  units = countUnits(table.client, observer);
});
afterEach(async () => {
  closeObserver();
  shop.stripe.close();
  await table.close();
});

/** What `act` costs. */
async function cost(act: () => Promise<Response>): Promise<ConsumedUnits> {
  const before = { ...units };
  expect((await act()).status).toBe(200);
  return { write: units.write - before.write, read: units.read - before.read };
}

/** What these cost together. */
async function total(...acts: (() => Promise<Response>)[]): Promise<ConsumedUnits> {
  const sum = { write: 0, read: 0 };
  for (const act of acts) {
    const { write, read } = await cost(act);
    sum.write += write;
    sum.read += read;
  }
  return sum;
}

function expectWithinPromise({ write, read }: ConsumedUnits): void {
  expect(write).toBeLessThanOrEqual(PROMISED.write);
  expect(read).toBeLessThanOrEqual(PROMISED.read);
}

/** An owner with code of their own, who is told by mail, chat and webhook. */
function openToldShop(): ShopOnTable {
  return openShopOnTable(table, undefined, {
    environment: {
      OWNER_EMAIL: "owner@shop.example",
      OWNER_WEBHOOK_URL: "https://chat.example/hook",
      ORDER_WEBHOOK_URL: "https://server.example/orders",
      ORDER_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, "k").toString("base64")}`,
    },
    definition: { onPaid: () => undefined },
  });
}

/** The four events by which Stripe reports a new subscription, and a look at the success page. */
async function subscriptionCost(at: ShopOnTable): Promise<ConsumedUnits> {
  const sessionId = await at.openSession("price_almanac_monthly");
  at.stripe.buyer.pay(sessionId);
  const { checkoutSessions, invoices } = at.stripe.state();
  const subscription = String(checkoutSessions[sessionId]?.subscription);
  const invoice = String(Object.keys(invoices).at(-1));
  return total(
    () => at.notify(subscription, "customer.subscription.created"),
    () => at.notify(invoice, "invoice.paid"),
    () => at.notify(subscription, "customer.subscription.updated"),
    () => at.notify(sessionId),
    () => at.status(sessionId),
  );
}

test("a click that opens a checkout costs 2 write units, whether or not it becomes an order", async () => {
  await shop.openSession();
  expect(units).toEqual({ write: 2, read: 0 });
});

test("a whole order costs 11 write and 4 read units: its webhook, the webhook again, the success page", async () => {
  const sessionId = await shop.paidSession();
  expect(await cost(() => shop.notify(sessionId))).toEqual({ write: 10, read: 1.5 });
  expect(await cost(() => shop.notify(sessionId))).toEqual({ write: 1, read: 1 });
  expect(await cost(() => shop.status(sessionId))).toEqual({ write: 0, read: 1.5 });
  expectWithinPromise({ write: 11, read: 4 });
});

test("a duplicate that comes in another minute, or to another machine, costs 1 write unit more", async () => {
  const sessionId = await shop.paidSession();
  await shop.notify(sessionId);
  shop.clock.aheadMs += 60_000;
  expect(await cost(() => shop.notify(sessionId))).toEqual({ write: 2, read: 1 });
});

test("an order whose success page is faster than its webhook costs 10 write and 5 read units", async () => {
  const sessionId = await shop.paidSession();
  expect(await cost(() => shop.status(sessionId))).toEqual({ write: 8, read: 4 });
  expect(await cost(() => shop.notify(sessionId))).toEqual({ write: 2, read: 1 });
  expectWithinPromise({ write: 10, read: 5 });
});

test("an order that is paid by bank debit costs 14 write and 6.5 read units: two events days apart, the success page after each", async () => {
  const sessionId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(sessionId, { delayed: "succeeds" });
  const before = await total(
    () => shop.notify(sessionId),
    () => shop.status(sessionId),
  );
  shop.stripe.account.settleDelayed(sessionId);
  shop.clock.aheadMs += 3_600_000;
  const after = await total(
    () => shop.notify(sessionId, "checkout.session.async_payment_succeeded"),
    () => shop.status(sessionId),
  );
  expect([before, after]).toEqual([
    { write: 6, read: 3.5 },
    { write: 8, read: 3 },
  ]);
});

test("an order whose owner has code and is told by mail, chat and webhook costs 13 write and 5 read units", async () => {
  const told = openToldShop();
  const sessionId = await told.paidSession();
  // One more read checks whether the scheduled reconciliation still runs.
  expect(await cost(() => told.notify(sessionId))).toEqual({ write: 12, read: 2.5 });
  expect(await cost(() => told.notify(sessionId))).toEqual({ write: 1, read: 1 });
  expect(await cost(() => told.status(sessionId))).toEqual({ write: 0, read: 1.5 });
  expectWithinPromise({ write: 13, read: 5 });
  told.stripe.close();
});

test("a subscription, which Stripe reports by four events, costs 15 write and 6 read units", async () => {
  const subscribed = await subscriptionCost(shop);
  expect(subscribed).toEqual({ write: 15, read: 6 });
  expectWithinPromise(subscribed);
});

test("a subscription whose owner has code and is told by mail, chat and webhook costs 17 write and 7 read units", async () => {
  const told = openToldShop();
  expect(await subscriptionCost(told)).toEqual({ write: 17, read: 7 });
  told.stripe.close();
});

test("a page that waits for a slow payment costs 1 write and 2.5 read units when it causes a call to Stripe, else 1.5 read units", async () => {
  const sessionId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(sessionId, { delayed: "succeeds" });
  await shop.notify(sessionId);
  expect(await cost(() => shop.status(sessionId))).toEqual({ write: 1, read: 2.5 });
  expect(await cost(() => shop.status(sessionId))).toEqual({ write: 0, read: 1.5 });
});

test("E10: after 10,000 attempts a control record is an item of less than 1 KB: one write unit", async () => {
  const failing = openShopOnTable(table, async () => {
    throw new Error("550 5.7.1 the mail server does not want this ".repeat(40));
  });
  const sessionId = await failing.paidSession();
  for (let attempt = 1; attempt <= 12; attempt += 1) {
    await failing.notify(sessionId);
    failing.clock.aheadMs += 3_600_000;
  }
  const stored = await failing.storage.orders.readControl(sessionId);
  expect(stored?.control).toMatchObject({ state: "needs_attention", steps: { mail: { attempts: 12 } } });

  // Only the owner goes on from here, as often as they like.
  let control: ControlDraft = stored?.control ?? newControl();
  for (let attempt = 13; attempt <= 10_000; attempt += 1) {
    const leased = takeLease(control, "0123456789abcdef", attempt) ?? control;
    control = failStep(
      beginStep(leased, "mail"),
      "mail",
      { error: `mail: ${"é".repeat(9_999)}`, hadNoEffect: false },
      Date.now(),
    );
  }
  const { orders } = failing.storage;
  await orders.writeControl(sessionId, stored?.version ?? 0, { ...control, writeId: "0123456789abcdef" });
  expect((await orders.readControl(sessionId))?.control.steps["mail"]?.attempts).toBe(10_000);
  const Key = { pk: { S: `TEST#ORDER#${sessionId}` }, sk: { S: "CONTROL" } };
  const { Item } = await table.client.send(new GetItemCommand({ TableName: table.name, Key }));
  expect(sizeOf(Item)).toBeLessThan(1_024);
  failing.stripe.close();
});
