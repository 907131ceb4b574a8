import { afterEach, expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import type { OrderStore } from "../../../../core/orders/order-store.ts";
import { settleOrder } from "../../../../core/orders/settle-order.ts";
import { openOwnersShop, OWNER } from "../../../support/owners-shop.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
afterEach(() => shop.close());

async function paidOrder(): Promise<string> {
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  return orderId;
}

/** One run whose writes go through `write`. */
async function settle(
  orderId: string,
  write: OrderStore["writeControl"],
  environment: Record<string, string> = {},
): Promise<unknown> {
  const services = await servicesOf(shop, {}, environment);
  const store = { ...shop.store, writeControl: write };
  return settleOrder(
    orderId,
    "checkout",
    createDeadline(() => shop.clock.nowMs, 8_000),
    { ...services, store },
  );
}

test("A39: a write that fails right after the mail was sent causes no second mail", async () => {
  shop = openTestShop();
  const orderId = await paidOrder();
  let failures = 0;
  const failOnce: OrderStore["writeControl"] = async (id, version, record) => {
    if (failures === 0 && record.steps["mail"]?.state === "done") {
      failures += 1;
      throw new Error("The store answered 503.");
    }
    return shop.store.writeControl(id, version, record);
  };
  await expect(settle(orderId, failOnce)).rejects.toThrow("503");
  const stored = await shop.store.readControl(orderId);
  expect(stored?.control).toMatchObject({ steps: { mail: { state: "done", attempts: 1 } } });
  expect(stored?.control.lease).toBeUndefined();
  expect(await settle(orderId, shop.store.writeControl)).toEqual({ kind: "fulfilled" });
  expect(shop.mails).toHaveLength(1);
});

test("A39: a mail that was begun without enough time left does not count as sent, even if undoing the start fails once", async () => {
  const atMostOnce = { MAIL_DELIVERY: "at-most-once" };
  shop = openTestShop({ environment: atMostOnce });
  const orderId = await paidOrder();
  let failures = 0;
  let isBegun = false;
  const slowThenFailing: OrderStore["writeControl"] = async (id, version, record) => {
    if (!isBegun && record.steps["mail"]?.state === "started") {
      isBegun = true;
      shop.clock.nowMs += 5_000;
    } else if (isBegun && failures === 0) {
      failures += 1;
      throw new Error("The store answered 503.");
    }
    return shop.store.writeControl(id, version, record);
  };
  await expect(settle(orderId, slowThenFailing, atMostOnce)).rejects.toThrow("503");
  expect(failures).toBe(1);
  expect(shop.mails).toHaveLength(0);
  shop.clock.nowMs += 3_600_000;
  expect(await settle(orderId, shop.store.writeControl, atMostOnce)).toEqual({ kind: "fulfilled" });
  expect(shop.mails).toHaveLength(1);
});

test("A38: while an order is paused, an owner's server that answers 500 is asked again later, not at each of Stripe's events", async () => {
  const owners = openOwnersShop({ environment: OWNER });
  shop = owners;
  owners.answers.server = 500;
  const orderId = await owners.openSession("price_almanac_monthly");
  owners.stripe.buyer.pay(orderId);
  owners.stripe.account.pause(String(owners.stripe.state().checkoutSessions[orderId]?.subscription));
  for (let events = 0; events < 12; events += 1) {
    await owners.notify(orderId);
    owners.clock.nowMs += 1_000;
  }
  const afterEvents = await waiting();
  expect(afterEvents).toMatchObject({ state: "started", attempts: 1 });
  owners.clock.nowMs = afterEvents.nextTryMs + 1;
  await owners.notify(orderId);
  expect(await waiting()).toMatchObject({ state: "started", attempts: 2 });

  async function waiting() {
    const { news, nextTryMs } = (await owners.store.readControl(orderId))?.control ?? {};
    return { ...news?.order?.deliveries.webhook, nextTryMs: nextTryMs ?? NaN };
  }
});
