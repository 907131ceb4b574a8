import { afterEach, beforeEach, expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import { settleOrder } from "../../../../core/orders/settle-order.ts";
import type { Services } from "../../../../core/services.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
let services: Services;

beforeEach(async () => {
  shop = openTestShop();
  services = await servicesOf(shop);
});
afterEach(() => shop.close());

test.for([0, 399])("A19: with %i ms left no step begins, and no lease is taken", async (budgetMs) => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  const deadline = createDeadline(() => shop.clock.nowMs, budgetMs);
  await expect(settleOrder(sessionId, "checkout", deadline, services)).rejects.toThrow("No time is left");
  expect(shop.mails).toEqual([]);
  expect(await shop.store.readControl(sessionId)).toBeUndefined();
});

test("A19: when the time runs out on the way, the lease is given back and the next caller finishes", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  // Enough to ask Stripe, not enough for a step.
  const outcome = await settleOrder(
    sessionId,
    "checkout",
    createDeadline(() => shop.clock.nowMs, 500),
    services,
  );
  expect(outcome.kind).toBe("unfinished");
  expect((await shop.store.readControl(sessionId))?.control.lease).toBeUndefined();
  expect(shop.mails).toEqual([]);

  shop.clock.nowMs += 30_000;
  const inTime = createDeadline(() => shop.clock.nowMs, 8_000);
  expect((await settleOrder(sessionId, "checkout", inTime, services)).kind).toBe("fulfilled");
  expect(shop.mails).toHaveLength(1);
});

test("the time left is 0 once it has run out, never less", () => {
  let nowMs = 1_000;
  const deadline = createDeadline(() => nowMs, 500);
  nowMs = 9_000;
  expect(deadline.remainingMs()).toBe(0);
});
