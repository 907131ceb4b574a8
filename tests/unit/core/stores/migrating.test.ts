import { afterEach, expect, test } from "vitest";

import { NonRetriableError } from "../../../../core/retry/errors.ts";
import { newControl } from "../../../../core/orders/control-record.ts";
import type { ControlRecord } from "../../../../core/orders/order.ts";
import { createDeadline } from "../../../../core/retry/deadline.ts";
import { settleOrder } from "../../../../core/orders/settle-order.ts";
import { reconcile } from "../../../../core/reconciliation/reconcile.ts";
import type { Services } from "../../../../core/services.ts";
import { createMemoryStorage } from "../../../../core/stores/memory-storage.ts";
import { createMemoryOrderStore } from "../../../../core/stores/memory-order-store.ts";
import { createMigratingBookkeeping } from "../../../../core/stores/migrating-bookkeeping.ts";
import { createMigratingOrderStore } from "../../../../core/stores/migrating-order-store.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

const HOUR_MS = 3_600_000;

/** A shop that kept its orders in Stripe and moves to a database. */
let shop: TestShop;
afterEach(() => shop.close());

async function moved(): Promise<{ before: Services; after: Services }> {
  shop = openTestShop({ engine: "stripe" });
  const before = await servicesOf(shop, { storage: undefined });
  const store = createMigratingOrderStore(createMemoryOrderStore(), before.store);
  return { before, after: { ...before, store } };
}

const settle = (orderId: string, services: Services) =>
  settleOrder(
    orderId,
    "checkout",
    createDeadline(() => shop.clock.nowMs, 8_000),
    services,
  );

async function paidSession(): Promise<string> {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  return sessionId;
}

test("an order that was fulfilled before the move is not fulfilled again after it", async () => {
  const { before, after } = await moved();
  const orderId = await paidSession();
  expect(await settle(orderId, before)).toEqual({ kind: "fulfilled" });
  expect(await settle(orderId, after)).toEqual({ kind: "fulfilled" });
  expect(shop.mails).toHaveLength(1);
});

test("a refund after the move is recorded on the order from before it", async () => {
  const { before, after } = await moved();
  const orderId = await paidSession();
  await settle(orderId, before);
  shop.stripe.account.refund(String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent));
  await settle(orderId, after);
  expect(await after.store.readControl(orderId)).toMatchObject({
    version: 1,
    control: { state: "fulfilled", mirror: { fullyRefunded: true }, steps: { mail: { state: "done" } } },
  });
  expect(await after.store.readSnapshot(orderId)).toMatchObject({ orderId, totalMinor: 3200 });
  expect(shop.mails).toHaveLength(1);
});

/** What the new store itself holds, and what reconciliation reports after the move. */
async function movedWithRuns() {
  const { before, after } = await moved();
  const heir = createMemoryOrderStore();
  const storage = createMemoryStorage();
  const bookkeeping = createMigratingBookkeeping(storage.bookkeeping, before.bookkeeping, before.log);
  const store = createMigratingOrderStore(heir, before.store);
  const services = { ...after, storage, store, bookkeeping };
  const run = (who = services) =>
    reconcile(
      createDeadline(() => shop.clock.nowMs, HOUR_MS),
      who,
    );
  return { before, heir, services, run };
}

function withoutMailServer(
  services: Services,
  error: Error = new NonRetriableError("no such mailbox"),
): Services {
  const steps = services.steps.map((step) =>
    step.name === "mail" ? { ...step, run: () => Promise.reject(error) } : step,
  );
  return { ...services, steps };
}

test("B01: a payment that was under way at the move is delivered after it, even if no webhook reports it", async () => {
  const { before, services, run } = await movedWithRuns();
  const orderId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(orderId, { delayed: "succeeds" });
  expect(await settle(orderId, before)).toEqual({ kind: "awaiting_payment" });
  await run();
  for (let days = 0; days < 6; days += 1) {
    shop.clock.nowMs += 24 * HOUR_MS;
    await run();
  }
  expect((await services.store.readControl(orderId))?.control.state).toBe("awaiting_payment");
  shop.stripe.account.setLostEvents("all");
  shop.stripe.account.settleDelayed(orderId);
  expect((await run()).repaired).toEqual([orderId]);
});

test("A30: an order that waited for its owner at the move goes on waiting after it", async () => {
  const { before, run } = await movedWithRuns();
  const orderId = await paidSession();
  expect(await settle(orderId, withoutMailServer(before))).toEqual({ kind: "needs_attention" });
  for (let days = 0; days < 40; days += 10) {
    expect((await run()).flagged, `after ${days} days`).toEqual([orderId]);
    shop.clock.nowMs += 240 * HOUR_MS;
  }
});

test("A30: an order that has waited for its owner since long before the move goes on waiting after it", async () => {
  const { before, run } = await movedWithRuns();
  const orderId = await paidSession();
  expect(await settle(orderId, withoutMailServer(before))).toEqual({ kind: "needs_attention" });
  for (let days = 0; days < 40; days += 10) {
    await run(before);
    shop.clock.nowMs += 240 * HOUR_MS;
  }
  expect((await run()).flagged).toEqual([orderId]);
  expect((await run()).flagged).toEqual([orderId]);
});

test("A30: a key that may not read the notes in Stripe does no harm after the move", async () => {
  const { services, run } = await movedWithRuns();
  shop.stripe.faults.beforeApi = (request) =>
    request.url.includes("/v1/products")
      ? Response.json({ error: { type: "invalid_request_error", message: "no permission" } }, { status: 403 })
      : undefined;
  const orderId = await paidSession();
  expect((await run()).repaired).toEqual([orderId]);
  shop.stripe.faults.beforeApi = () => Response.error();
  await expect(services.bookkeeping.read("orders_waiting")).rejects.toThrow();
});

test.for(["awaiting_payment", "paid"] as const)(
  "an order that is %s, and that the site fulfills without the table after it was read with it, is not fulfilled again",
  async (state) => {
    const { before, heir, services, run } = await movedWithRuns();
    const isDelayed = state === "awaiting_payment";
    const orderId = await shop.openSession(isDelayed ? "price_print_deposit" : undefined);
    shop.stripe.buyer.pay(orderId, isDelayed ? { delayed: "succeeds" } : {});
    await settle(orderId, isDelayed ? before : withoutMailServer(before, new Error("421 not now")));
    await run();
    expect((await heir.readControl(orderId))?.control.state).toBe(state);
    expect(await services.store.peekControl(orderId)).toBeUndefined();

    if (isDelayed) shop.stripe.account.settleDelayed(orderId);
    shop.clock.nowMs += HOUR_MS;
    expect(await settle(orderId, before)).toEqual({ kind: "fulfilled" });
    expect(await settle(orderId, services)).toEqual({ kind: "fulfilled" });
    await run();
    expect(shop.mails).toHaveLength(1);
  },
);

test("the slower of two copiers of an order reads it again, and trusts no old copy", async () => {
  const { before, heir } = await movedWithRuns();
  const orderId = await paidSession();
  const original = { ...newControl(), writeId: "0123456789abcdef", state: "paid" as const };
  await before.store.writeControl(orderId, 0, original);
  let isFirst = true;
  const slow = {
    ...heir,
    async writeControl(id: string, version: number, control: ControlRecord) {
      if (isFirst) {
        isFirst = false;
        // Meanwhile another reader has copied the earlier state, and the site has gone on without the table.
        await heir.writeControl(id, version, { ...original, writeId: "copy/1" });
        await before.store.writeControl(id, 1, { ...original, state: "fulfilled" });
      }
      return heir.writeControl(id, version, control);
    },
  };
  const store = createMigratingOrderStore(slow, before.store);
  expect((await store.readControl(orderId))?.control.state).toBe("fulfilled");
});

test("Stripe is asked once what was bought in an order from before the move", async () => {
  const { before, services } = await movedWithRuns();
  const orderId = await paidSession();
  await settle(orderId, before);
  expect(await services.store.readSnapshot(orderId)).toMatchObject({ orderId, totalMinor: 3200 });
  shop.stripe.faults.beforeApi = () => Response.error();
  expect(await services.store.readSnapshot(orderId)).toMatchObject({ orderId, totalMinor: 3200 });
});

test("an order whose worker died before the move goes on after it, when its next try is due", async () => {
  const { before, run } = await movedWithRuns();
  const orderId = await paidSession();
  shop.clock.nowMs += 72 * HOUR_MS;
  const { nowMs } = shop.clock;
  await before.store.writeControl(orderId, 0, {
    ...newControl(),
    writeId: "0123456789abcdef",
    state: "paid",
    fence: 1,
    steps: { record: { state: "done", attempts: 1 }, mail: { state: "failed", attempts: 8 } },
    nextTryMs: nowMs + HOUR_MS / 2,
    lease: { owner: "dead", untilMs: nowMs - 1 },
  });
  await run();
  expect(shop.mails).toHaveLength(0);
  for (let hours = 0; hours < 30; hours += 1) {
    shop.clock.nowMs += HOUR_MS;
    await run();
  }
  expect(shop.mails).toHaveLength(1);
});

test("a new order after the move belongs to the new store alone", async () => {
  const { before, after } = await moved();
  const orderId = await paidSession();
  await settle(orderId, after);
  expect(shop.mails).toHaveLength(1);
  expect(await before.store.readControl(orderId)).toBeUndefined();
});
