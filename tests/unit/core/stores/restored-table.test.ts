import { afterEach, beforeEach, expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import { createOwnerCodeSteps } from "../../../../core/fulfillment/owner-code-steps.ts";
import { settleOrder } from "../../../../core/orders/settle-order.ts";
import { adoptOrders } from "../../../../core/reconciliation/adopt-orders.ts";
import { reconcile } from "../../../../core/reconciliation/reconcile.ts";
import { onTable } from "../../../../core/stores/choose-storage.ts";
import type { Services } from "../../../../core/services.ts";
import type { Storage } from "../../../../core/stores/storage.ts";
import { createMemoryStorage } from "../../../../core/stores/memory-storage.ts";
import { createStripeStorage } from "../../../../core/stores/stripe-storage.ts";
import { health } from "../../../../core/routes/health.ts";
import { ENVIRONMENT, servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

const HOUR_MS = 3_600_000;
const MAIL = { SMTP_URL: "smtps://u:p@smtp.example:465", MAIL_FROM: "s@shop.example" };

/** A shop whose table is restored from a backup. */
let shop: TestShop;
let orders: string[];
let events: string[];
beforeEach(() => {
  shop = openTestShop({ engine: "stripe", environment: MAIL });
  orders = [];
  events = [];
});
afterEach(() => shop.close());

async function open(table: Storage): Promise<Services> {
  const now = (): number => shop.clock.nowMs;
  const { stripe, identity } = await servicesOf(shop, { storage: undefined });
  const inStripe = createStripeStorage(stripe, { livemode: false, identity, now });
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (event: string) => void events.push(event),
  };
  const engine = onTable(table, inStripe, inStripe, now, log);
  return servicesOf(shop, { storage: engine }, { ...ENVIRONMENT, ...MAIL });
}

const inTime = () => createDeadline(() => shop.clock.nowMs, HOUR_MS);
const run = (services: Services) => reconcile(inTime(), services);
const settle = (orderId: string, services: Services) => settleOrder(orderId, "checkout", inTime(), services);

async function sell(services: Services): Promise<string> {
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  expect(await settle(orderId, services)).toEqual({ kind: "fulfilled" });
  orders.push(orderId);
  return orderId;
}

/** A new table that holds what the other one holds now, as DynamoDB restores it. */
async function copyOf(table: Storage): Promise<Storage> {
  const copy = createMemoryStorage();
  for (const orderId of orders) {
    const stored = await table.orders.readControl(orderId);
    const snapshot = await table.orders.readSnapshot(orderId);
    if (snapshot !== undefined) await copy.orders.createSnapshot(snapshot);
    if (stored !== undefined) await copy.orders.writeControl(orderId, 0, stored.control);
  }
  for (const name of ["reconciliation", "table_mark"]) {
    const note = await table.bookkeeping.read(name);
    if (note !== undefined) await copy.bookkeeping.write(name, 0, note.text);
  }
  return copy;
}

/** One order before the backup, one after it, and the table as it was when the backup was made. */
async function restored() {
  const living = createMemoryStorage();
  const services = await open(living);
  const before = await sell(services);
  await run(services);
  const backup = await copyOf(living);
  shop.clock.nowMs += 2 * HOUR_MS;
  const after = await sell(services);
  await run(services);
  expect(shop.mails).toHaveLength(2);
  shop.clock.nowMs += 2 * HOUR_MS;
  return { before, after, living: services, services: await open(backup) };
}

async function problems(services: Services): Promise<string[]> {
  const route = health.open({
    loadServices: async () => services,
    licenseSigner: { canIssue: false },
    site: { shop: {}, catalog: { prices: {} } },
    config: {
      stripe: { livemode: false },
      ownerEmail: undefined,
      isScheduled: false,
      lacksCronSecret: false,
    },
    now: () => shop.clock.nowMs,
    log: services.log,
  });
  const answer = await route.handle(new Request("https://shop.example/api/health"), {} as never);
  return ((await answer.json()) as { problems: string[] }).problems;
}

test("E35: no webhook and no run delivers an order again that a restored table has forgotten", async () => {
  const { before, after, services } = await restored();
  await expect(settle(after, services)).rejects.toThrow(/npm run adopt/);
  expect(await run(services)).toMatchObject({ repaired: [], unfinished: [after] });
  shop.clock.nowMs += HOUR_MS;
  await run(services);
  expect(await problems(services)).toContain("table_restored");
  expect(events).toContain("table_restored");
  expect(shop.mails).toHaveLength(2);
  expect((await services.store.readSnapshot(before))?.orderId).toBe(before);
});

test("E35: an order that the restored table knows as waiting, but that was delivered since, is not delivered again", async () => {
  const living = createMemoryStorage();
  const services = await open(living);
  const orderId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(orderId, { delayed: "succeeds" });
  expect(await settle(orderId, services)).toEqual({ kind: "awaiting_payment" });
  orders.push(orderId);
  await run(services);
  const backup = await copyOf(living);
  shop.clock.nowMs += 48 * HOUR_MS;
  shop.stripe.account.settleDelayed(orderId);
  await run(services);
  expect(shop.mails).toHaveLength(1);

  const after = await open(backup);
  shop.clock.nowMs += HOUR_MS;
  await run(after);
  expect(shop.mails).toHaveLength(1);
  const adopted = await adoptOrders({ sinceMs: 0, except: [] }, inTime(), {
    ...after,
    store: after.storage.unguarded ?? after.store,
  });
  expect(adopted).toEqual([orderId]);
});

test("E35: new orders go on while the table is not accepted yet", async () => {
  const { services } = await restored();
  expect(await problems(services)).toContain("table_restored");
  await sell(services);
  expect(shop.mails).toHaveLength(3);
});

test("E36: after npm run adopt the forgotten orders count as delivered, those named are delivered, and the shop goes on", async () => {
  const { after, services } = await restored();
  const { guard, unguarded } = services.storage;
  if (guard === undefined || unguarded === undefined) throw new Error("there is a table");
  const lost = await shop.openSession();
  shop.stripe.buyer.pay(lost);
  shop.clock.nowMs += 2 * HOUR_MS;
  const gap = await guard.gap();
  const adopted = await adoptOrders({ sinceMs: gap?.fromMs ?? 0, except: [lost] }, inTime(), {
    ...services,
    steps: [...services.steps, ...createOwnerCodeSteps({ onRevoked: () => undefined })],
    store: unguarded,
  });
  await guard.accept();
  expect(adopted).toEqual([after]);
  const control = (await services.store.readControl(after))?.control;
  expect(control).toMatchObject({ state: "fulfilled", steps: { mail: { state: "skipped" } } });
  expect(Object.keys(control?.steps ?? {})).toEqual(["record", "mail"]);
  expect(await run(services)).toMatchObject({ repaired: [lost], unfinished: [] });
  expect(shop.mails).toHaveLength(3);
  shop.clock.nowMs += HOUR_MS;
  expect(await problems(services)).not.toContain("table_restored");

  const payment = String(shop.stripe.state().checkoutSessions[after]?.payment_intent);
  shop.stripe.account.refund(payment);
  await settle(after, services);
  expect((await services.store.readControl(after))?.control.mirror).toMatchObject({ fullyRefunded: true });
});

test("E36 G13: an adopted order with several disputes is written in the format that knows of several", async () => {
  const living = await open(createMemoryStorage());
  const orderId = await shop.openSession("price_almanac_monthly");
  shop.stripe.buyer.pay(orderId);
  shop.clock.nowMs += 30 * 24 * HOUR_MS;
  shop.stripe.account.renew(String(shop.stripe.state().checkoutSessions[orderId]?.subscription));
  for (const payment of Object.keys(shop.stripe.state().paymentIntents))
    shop.stripe.account.dispute(payment, { inquiry: true });
  const { unguarded = living.store } = living.storage;
  await adoptOrders({ sinceMs: 0, except: [] }, inTime(), { ...living, store: unguarded });
  expect(await unguarded.readControl(orderId)).toMatchObject({
    control: { v: 3, state: "fulfilled", mirror: { disputes: { inquiry: 2 } } },
  });
});

test("E37: an empty table in the place of one that was used delivers nothing again", async () => {
  const { before, after } = await restored();
  const services = await open(createMemoryStorage());
  await run(services);
  await expect(settle(before, services)).rejects.toThrow(/npm run adopt/);
  await expect(settle(after, services)).rejects.toThrow(/npm run adopt/);
  expect(shop.mails).toHaveLength(2);
});

test("E37: a first table, and one that stays in use, are never in doubt", async () => {
  const services = await open(createMemoryStorage());
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  shop.clock.nowMs += 5 * HOUR_MS;
  await run(services);
  for (let runs = 0; runs < 5; runs += 1) {
    shop.clock.nowMs += HOUR_MS;
    await run(services);
    expect(await problems(services)).toEqual([]);
  }
  expect(shop.mails).toHaveLength(1);
});

test("E37: with a key that may not read products the table has no guard and blocks nothing", async () => {
  shop.stripe.faults.beforeApi = (request) =>
    request.url.includes("/v1/products")
      ? Response.json({ error: { type: "invalid_request_error", message: "no permission" } }, { status: 403 })
      : undefined;
  const services = await open(createMemoryStorage());
  await sell(services);
  shop.clock.nowMs += 5 * HOUR_MS;
  expect(await run(services)).toMatchObject({ unfinished: [], incomplete: [] });
  expect(await problems(services)).toEqual([]);
});

test("E38: a young order costs no check of the table", async () => {
  const services = await open(createMemoryStorage());
  await sell(services);
  const asked = shop.stripe.calls().filter(({ path }) => path.startsWith("/v1/products/static_checkout"));
  expect(asked).toEqual([]);
});

test("E39: a deployment without the table, once a run has marked the table, runs nothing and says so", async () => {
  const services = await open(createMemoryStorage());
  const orderId = await sell(services);
  const without = await servicesOf(shop, { storage: undefined }, { ...ENVIRONMENT, ...MAIL });
  expect(await problems(without)).not.toContain("table_not_named");
  await run(services);
  shop.clock.nowMs += 2 * HOUR_MS;
  await expect(run(without)).rejects.toThrow(/DYNAMODB_TABLE is not set here/);
  expect(await problems(without)).toContain("table_not_named");
  expect(await problems(services)).toEqual([]);
  expect((await services.store.readControl(orderId))?.control.state).toBe("fulfilled");
  expect(shop.mails).toHaveLength(1);
});
