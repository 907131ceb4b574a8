import { afterEach, expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import { firstSeenMs } from "../../../../core/reconciliation/heartbeat.ts";
import { reconcile, type ReconcileReport } from "../../../../core/reconciliation/reconcile.ts";
import type { Services } from "../../../../core/services.ts";
import { REQUIRED_PERMISSIONS } from "../../../support/required-permissions.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A deployed site: its host starts runs, or should. */
const NETLIFY = { NETLIFY: "true", CONTEXT: "production" };

let shop: TestShop;
let services: Services;
afterEach(() => shop.close());

async function open(environment: Record<string, string> = {}): Promise<void> {
  shop = openTestShop({ environment });
  services = await servicesOf(shop, {}, environment);
}

const run = (): Promise<ReconcileReport> =>
  reconcile(
    createDeadline(() => shop.clock.nowMs, HOUR_MS),
    services,
  );

async function paidSession(): Promise<string> {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  return sessionId;
}

async function problems(): Promise<string[]> {
  shop.clock.nowMs += 10_000;
  const answer = await shop.app.health(new Request("https://shop.example/api/health"));
  return ((await answer.json()) as { problems: string[] }).problems;
}

test("E17: where the host never starts a run, health says so a day after it was first asked", async () => {
  await open(NETLIFY);
  expect(await problems()).toEqual([]);
  shop.clock.nowMs += 25 * HOUR_MS;
  expect(await problems()).toEqual([]);
  shop.clock.nowMs += HOUR_MS;
  expect(await problems()).toEqual(["reconcile_overdue"]);
  await run();
  expect(await problems()).toEqual([]);
});

test("E17: health says when notes cannot be kept, because late runs would then go unnoticed", async () => {
  const permissions = REQUIRED_PERMISSIONS.filter((permission) => permission !== "product_write");
  shop = openTestShop({
    engine: "stripe",
    permissions: [...permissions, "product_read"],
    environment: NETLIFY,
  });
  const tick = new Request("https://shop.example/api/reconcile", { method: "POST" });
  expect((await shop.app.scheduledReconcile(tick)).status).toBe(503);
  expect(await problems()).toEqual(["engine_unreachable"]);
});

test.for([{}, { NETLIFY: "true", CONTEXT: "deploy-preview" }])(
  "E17: no run is missed where no host would start one (%o)",
  async (environment) => {
    await open(environment);
    expect(await problems()).toEqual([]);
    shop.clock.nowMs += 30 * DAY_MS;
    expect(await problems()).toEqual([]);
  },
);

test("E17: one order that holds up the very first run is reported after three days", async () => {
  await open();
  const sessionId = await paidSession();
  shop.stripe.faults.beforeApi = (request) =>
    request.url.includes(sessionId) ? Response.error() : undefined;
  for (let days = 0; days < 3; days += 1) {
    expect((await run()).unfinished).toEqual([sessionId]);
    shop.clock.nowMs += DAY_MS;
  }
  await run();
  // Counted from the first run, although health was not asked for until now.
  expect(await problems()).toEqual(["reconcile_behind"]);
  shop.stripe.faults.beforeApi = undefined;
  await run();
  expect(await problems()).toEqual([]);
});

test.for([2 * HOUR_MS, 365 * DAY_MS])(
  "A33: a run on a machine whose clock is %d ms ahead hides nothing from those after it",
  async (aheadMs) => {
    await open();
    await run();
    shop.clock.nowMs += aheadMs;
    await run();
    shop.clock.nowMs -= aheadMs - HOUR_MS;
    const sessionId = await paidSession();
    expect((await run()).repaired).toEqual([sessionId]);
    shop.clock.nowMs += DAY_MS;
    expect(await problems()).toEqual([]);
    shop.clock.nowMs += 3 * HOUR_MS;
    expect(await problems()).toEqual(["reconcile_overdue"]);
  },
);

test("E17: a look with a clock far ahead does not stop health from saying that no run ever began", async () => {
  await open(NETLIFY);
  await firstSeenMs(services.bookkeeping, shop.clock.nowMs + 365 * DAY_MS);
  expect(await problems()).toEqual([]);
  shop.clock.nowMs += 27 * HOUR_MS;
  expect(await problems()).toEqual(["reconcile_overdue"]);
});
