import { randomUUID } from "node:crypto";

import { GetItemCommand, PutItemCommand, QueryCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createStripeClient } from "../../core/stripe/client.ts";
import { createStripeStorage } from "../../core/stores/stripe-storage.ts";
import { createMigratingOrderStore } from "../../core/stores/migrating-order-store.ts";
import { createUnnamedStorage } from "../../core/stores/unnamed-storage.ts";
import { realRuntime } from "../../core/runtime.ts";
import catalog from "../../simulator/catalog.json" with { type: "json" };
import { parseCatalog } from "../../simulator/catalog.ts";
import { createSimulatedStripe } from "../../simulator/simulated-stripe.ts";
import { identityOf } from "../support/shop-identity.ts";
import { createDynamodbStorage } from "../../core/stores/dynamodb-storage.ts";
import type { Storage } from "../../core/stores/storage.ts";
import { OPEN_ORDERS_INDEX } from "../../core/stores/dynamodb-table.ts";
import { bookkeepingContract } from "./bookkeeping.ts";
import { downloadCounterContract } from "./download-counter.ts";
import { countersContract } from "./counters.ts";
import { eventLogContract } from "./event-log.ts";
import { openOrderTable, type OrderTable } from "./order-table.ts";
import { control, openOrders, orderStoreContract } from "./order-store.ts";

let table: OrderTable;
let engine: Storage;
const newOrderId = async (): Promise<string> => `cs_test_${randomUUID()}`;

beforeAll(async () => {
  table = await openOrderTable();
  engine = createDynamodbStorage(table.client, table.name, { livemode: false, shopId: "1" });
});
afterAll(() => table.close());

orderStoreContract(() => ({ store: engine.orders, newOrderId, keepsSnapshots: true, keepsHistory: true }));

bookkeepingContract(
  () => engine.bookkeeping,
  () => undefined,
);

downloadCounterContract(() => engine.downloads);

test("counting a download leaves the order's control record alone", async () => {
  const orderId = await newOrderId();
  await engine.orders.writeControl(orderId, 0, control("w"));
  await engine.downloads.add(orderId, { id: "fileEpub0001", name: "EPUB" }, 1_000);
  expect(await engine.orders.readControl(orderId)).toEqual({ control: control("w"), version: 1 });
});
countersContract(() => engine.counters);

eventLogContract(() => ({
  events: engine.events,
  async deliver(delivery) {
    await engine.events.record(delivery);
    return delivery.atMs;
  },
}));

async function readItem(pk: string, sk: string): Promise<Record<string, AttributeValue> | undefined> {
  const Key = { pk: { S: pk }, sk: { S: sk } };
  return (await table.client.send(new GetItemCommand({ TableName: table.name, Key }))).Item;
}

function deliveryOf(eventId: string): Parameters<Storage["events"]["record"]>[0] {
  const createdMs = 1_795_000_000_000;
  return { eventId, type: "t", createdMs, orderIds: [], outcome: "ignored_type", error: undefined, atMs: 1 };
}

test("B21: the live shop on the same table does not see a test shop's order, note and delivery", async () => {
  const live = createDynamodbStorage(table.client, table.name, { livemode: true, shopId: "1" });
  const orderId = await newOrderId();
  await engine.orders.writeControl(orderId, 0, control("w"));
  await engine.bookkeeping.write("reconciliation", 0, "1 2");
  await engine.events.record(deliveryOf("evt_1"));

  expect(await live.orders.readControl(orderId)).toBeUndefined();
  expect(await openOrders(live.orders)).toEqual([]);
  expect(await live.bookkeeping.read("reconciliation")).toBeUndefined();
  expect(await live.events.lastDeliveryMs()).toBeUndefined();

  expect(await live.orders.writeControl(orderId, 0, control("live"))).toEqual({ version: 1 });
  expect((await engine.orders.readControl(orderId))?.control.writeId).toBe("w");
});

test("A25: another shop of the account on the same table does not see this shop's order and note", async () => {
  const staging = createDynamodbStorage(table.client, table.name, { livemode: false, shopId: "staging" });
  const orderId = await newOrderId();
  await engine.orders.writeControl(orderId, 0, control("w"));
  await engine.bookkeeping.write("orders_waiting", 0, orderId);
  expect(await openOrders(staging.orders)).toEqual([]);
  expect(await staging.bookkeeping.read("orders_waiting")).toBeUndefined();
  expect(await staging.orders.writeControl(orderId, 0, control("staging"))).toEqual({ version: 1 });
  expect((await openOrders(staging.orders)).map(String)).toEqual([orderId]);
  expect((await engine.orders.readControl(orderId))?.control.writeId).toBe("w");
});

test("E16: a record of a newer format is refused and not overwritten", async () => {
  const orderId = await newOrderId();
  const key = { pk: { S: `TEST#ORDER#${orderId}` }, sk: { S: "CONTROL" } };
  const body = JSON.stringify({ v: 4, writeId: "w", state: "shipped" });
  await table.client.send(
    new PutItemCommand({ TableName: table.name, Item: { ...key, body: { S: body }, version: { N: "4" } } }),
  );

  await expect(engine.orders.readControl(orderId)).rejects.toThrow(/deploy the newest version/);

  expect((await readItem(`TEST#ORDER#${orderId}`, "CONTROL"))?.["body"]?.S).toBe(body);
});

test("A34: a worklist of 1,200 orders is longer than one page and is listed to its end", async () => {
  // DynamoDB ends a page at 1 MB: ids of 950 characters get there with few orders.
  const ids = Array.from({ length: 1_200 }, (_, index) => `cs_test_${String(index).padStart(942, "x")}`);
  for (let first = 0; first < ids.length; first += 50) {
    const some = ids.slice(first, first + 50);
    await Promise.all(some.map((orderId) => engine.orders.writeControl(orderId, 0, control("w"))));
  }
  const from = table.commands.length;
  const listed = new Set(await openOrders(engine.orders));
  expect(ids.filter((orderId) => !listed.has(orderId))).toEqual([]);
  const queries = table.commands.slice(from).filter(({ name }) => name === "QueryCommand");
  expect(queries.length).toBeGreaterThan(1);
});

test("leases and steps do not change an order's entry in the worklist", async () => {
  const orderId = await newOrderId();
  const entry = async () => {
    const { Items } = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        IndexName: OPEN_ORDERS_INDEX,
        KeyConditionExpression: "#open = :mode AND #pk = :pk",
        ExpressionAttributeNames: { "#open": "open", "#pk": "pk" },
        ExpressionAttributeValues: { ":mode": { S: "TEST" }, ":pk": { S: `TEST#ORDER#${orderId}` } },
      }),
    );
    return Items;
  };
  const paid = { ...control("w1"), state: "paid" as const };
  const churn = [
    paid,
    { ...paid, fence: 1, lease: { owner: "run-1", untilMs: 1_795_000_000_000 } },
    { ...paid, fence: 1, steps: { mail: { state: "started" as const, attempts: 1 } } },
    { ...paid, fence: 1, steps: { mail: { state: "started" as const, attempts: 1 } }, lastError: "mail: no" },
  ];
  for (const [version, record] of churn.entries()) {
    await engine.orders.writeControl(orderId, version, record);
    // The entry has only keys, so it cannot change.
    expect(await entry()).toEqual([
      { pk: { S: `TEST#ORDER#${orderId}` }, sk: { S: "CONTROL" }, open: { S: "TEST" } },
    ]);
  }
});

test("A34: a history longer than one page is read to its end, in time order", async () => {
  const orderId = await newOrderId();
  // DynamoDB ends a page at 1 MB; a key may have 1,024 bytes.
  const entries = Array.from({ length: 1_200 }, (_, index) => ({
    key: `resend-${String((index * 7) % 1_200).padStart(980, "0")}/1`,
    atMs: index,
    what: "mail_resent",
  }));
  for (let first = 0; first < entries.length; first += 50) {
    const some = entries.slice(first, first + 50);
    await Promise.all(some.map((entry) => engine.orders.appendHistory(orderId, entry)));
  }
  const from = table.commands.length;
  expect(await engine.orders.readHistory(orderId)).toEqual(entries);
  expect(table.commands.slice(from).length).toBeGreaterThan(1);
});

test("A20: an event record expires 35 days after its last delivery, in seconds, and counts its deliveries", async () => {
  const nowMs = Date.now();
  const delivery = {
    ...deliveryOf("evt_counted"),
    type: "checkout.session.completed",
    orderIds: ["cs_test_1", "cs_test_2"],
    atMs: nowMs,
  };
  const error = "StripeConnectionError: no answer";
  await engine.events.record({ ...delivery, outcome: "dependency_failed", error });
  expect(await readItem("TEST#EVENT#evt_counted", "EVENT")).toMatchObject({ error: { S: error } });
  await engine.events.record({ ...delivery, outcome: "fulfilled", atMs: nowMs + 5_000 });

  const item = await readItem("TEST#EVENT#evt_counted", "EVENT");
  expect(item).toMatchObject({
    type: { S: "checkout.session.completed" },
    createdMs: { N: "1795000000000" },
    orders: { S: "cs_test_1 cs_test_2" },
    outcome: { S: "fulfilled" },
    error: { S: "" },
    atMs: { N: String(nowMs + 5_000) },
    attempts: { N: "2" },
  });
  const daysLeft = (Number(item?.["expiresAtSeconds"]?.N) - nowMs / 1_000) / 86_400;
  expect(daysLeft).toBeGreaterThan(34);
  expect(daysLeft).toBeLessThan(36);
});

test("D11: a counter expires when its window is over, in seconds, and is not shared with the live shop", async () => {
  const untilMs = Date.UTC(2031, 0, 1);
  await engine.counters.add("checkout-total:shop/1", 2, untilMs);
  expect(await readItem("TEST#COUNTER#checkout-total:shop/1", "COUNTER")).toMatchObject({
    sum: { N: "2" },
    expiresAtSeconds: { N: "1924992000" },
  });
  const live = createDynamodbStorage(table.client, table.name, { livemode: true, shopId: "1" });
  expect(await live.counters.add("checkout-total:shop/1", 0, 60_000)).toBe(0);
});

test("A20: only event records and counters ever expire", async () => {
  const orderId = await newOrderId();
  await engine.orders.writeControl(orderId, 0, control("w"));
  await engine.orders.appendHistory(orderId, { key: "record/1", atMs: 1, what: "order_recorded" });
  await engine.bookkeeping.write("expiry", 0, "note");
  const items = [
    await readItem(`TEST#ORDER#${orderId}`, "CONTROL"),
    await readItem(`TEST#ORDER#${orderId}`, "LOG#record/1"),
    await readItem("TEST#SYSTEM", "NOTE#expiry"),
    await readItem("TEST#SYSTEM", "LAST_DELIVERY"),
  ];
  for (const item of items) {
    expect(item).toBeDefined();
    expect(item).not.toHaveProperty("expiresAtSeconds");
  }
});

test("E20: a shop that is given a name still finds its own orders under the keys of shops without one, and no others", async () => {
  const simulated = createSimulatedStripe({
    catalog: parseCatalog(catalog),
    publicUrl: "https://checkout.stripe.com",
  });
  const stripe = createStripeClient(
    { secretKey: "sk_test_unnamed", livemode: false, apiBase: undefined },
    { ...realRuntime(), fetch: simulated.fetch },
  );
  const soldAt = async (siteUrl: string): Promise<string> => {
    const { id } = await stripe.checkout.sessions.create({
      mode: "payment",
      line_items: [{ price: "price_poster_a2", quantity: 1 }],
      success_url: `${siteUrl}/success.html`,
      metadata: { static_checkout: "1" },
    });
    simulated.buyer.pay(id);
    await engine.orders.writeControl(id, 0, control("before"));
    return id;
  };
  try {
    const own = await soldAt("https://shop.example");
    const others = await soldAt("https://other.example");
    const waitingBefore = (await engine.bookkeeping.read("orders_waiting"))?.version ?? 0;
    await engine.bookkeeping.write("orders_waiting", waitingBefore, own);

    const identity = identityOf("tide");
    const inStripe = createStripeStorage(stripe, { livemode: false, identity, now: Date.now });
    const before = createUnnamedStorage(engine, inStripe, stripe, identity);
    const named = createDynamodbStorage(table.client, table.name, { livemode: false, shopId: "tide" });
    const orders = createMigratingOrderStore(named.orders, before.orders);

    expect((await orders.readControl(own))?.control.state).toBe("awaiting_payment");
    // It moves to the named shop's worklist.
    expect(await openOrders(named.orders)).toEqual([own]);
    expect(await orders.readControl(others)).toBeUndefined();
    expect(await orders.readControl("cs_test_unknown0000")).toBeUndefined();
    expect((await before.bookkeeping.read("orders_waiting"))?.text).toBe(own);
  } finally {
    simulated.close();
  }
});
