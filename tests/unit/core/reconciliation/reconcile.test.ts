import { afterEach, beforeEach, expect, test } from "vitest";

import { NonRetriableError } from "../../../../core/retry/errors.ts";
import { createDeadline } from "../../../../core/retry/deadline.ts";
import { settleOrder } from "../../../../core/orders/settle-order.ts";
import { reconcile, type ReconcileReport } from "../../../../core/reconciliation/reconcile.ts";
import { readProgress, saveProgress } from "../../../../core/reconciliation/watermark.ts";
import type { Services } from "../../../../core/services.ts";
import { ORDER_EVENTS } from "../../../../core/webhook/event-types.ts";
import { siteOf } from "../../../support/test-site.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

const HOUR_MS = 3_600_000;

let shop: TestShop;
let services: Services;
beforeEach(() => open("memory"));
afterEach(() => shop.close());

async function open(engine: "memory" | "stripe"): Promise<void> {
  shop?.close();
  shop = openTestShop({ engine });
  services = await servicesOf(shop, engine === "stripe" ? { storage: undefined } : {});
}

function run(withinMs = HOUR_MS): Promise<ReconcileReport> {
  return reconcile(
    createDeadline(() => shop.clock.nowMs, withinMs),
    services,
  );
}

async function paidSession(priceId?: string): Promise<string> {
  const sessionId = await shop.openSession(priceId);
  shop.stripe.buyer.pay(sessionId);
  return sessionId;
}

test.for(["memory", "stripe"] as const)(
  "A31: on the engine %s every paid session is found without any webhook",
  async (engine) => {
    await open(engine);
    const paid = [
      await paidSession(),
      await paidSession("price_almanac_monthly"),
      await paidSession("price_app_license"),
    ];
    await shop.openSession();
    const report = await run();
    expect(report).toMatchObject({ unfinished: [], incomplete: [] });
    expect([...report.repaired].toSorted()).toEqual(paid.toSorted());
    for (const orderId of paid)
      expect((await services.store.readControl(orderId))?.control.state).toBe("fulfilled");
    expect(shop.mails).toHaveLength(3);

    expect((await run()).repaired).toEqual([]);
    expect(shop.mails).toHaveLength(3);
  },
);

test("A32: two runs at once fulfill once, and the watermark only moves forward", async () => {
  await paidSession();
  const reports = await Promise.all([run(), run()]);
  expect(shop.mails).toHaveLength(1);
  expect(reports.some(({ incomplete }) => incomplete.length === 0)).toBe(true);
  const first = await readProgress(services.bookkeeping, shop.clock.nowMs);
  shop.clock.nowMs -= 10 * 60_000;
  await run();
  expect(await readProgress(services.bookkeeping, shop.clock.nowMs)).toEqual(first);
});

test("A33: a session that was opened before the watermark and paid after it is found without any event", async () => {
  const { stripe, clock } = shop;
  const sessionId = await shop.openSession();
  clock.nowMs += 35 * 60_000;
  await run();
  expect((await readProgress(services.bookkeeping, shop.clock.nowMs))?.lookedAtUntilMs).toBe(clock.nowMs);
  stripe.account.setLostEvents("all");
  stripe.buyer.pay(sessionId);
  expect((await run()).repaired).toEqual([sessionId]);
});

test("A35: an order that the worklist does not show yet is found through Stripe's list", async () => {
  const sessionId = await paidSession();
  const stale = { ...services, store: { ...services.store, listOpen: async function* () {} } };
  const report = await reconcile(
    createDeadline(() => shop.clock.nowMs, HOUR_MS),
    stale,
  );
  expect(report.repaired).toEqual([sessionId]);
});

test("A34: more sessions than fit on one of Stripe's pages are all looked at", async () => {
  // A page holds 100.
  for (let order = 0; order < 101; order += 1) await paidSession();
  const report = await run();
  expect(report.repaired).toHaveLength(101);
  expect(new Set(report.repaired).size).toBe(101);
});

test("a run that is out of time says so, and the next one goes on where it stopped", async () => {
  await paidSession();
  expect(await run(1_000)).toMatchObject({ checked: 0, incomplete: ["recent_sessions"] });
  expect(await readProgress(services.bookkeeping, shop.clock.nowMs)).toMatchObject({
    lookedAtUntilMs: 0,
    pass: { reached: {} },
  });
  expect((await run()).repaired).toHaveLength(1);
});

/** Every call to Stripe takes this long from now on. */
function slowStripe(callMs: number): void {
  shop.stripe.faults.beforeApi = () => {
    shop.clock.nowMs += callMs;
    return undefined;
  };
}

/** No endpoint gets the events of what happens here. */
function withoutDelivery(happen: () => void): void {
  const before = new Set(Object.keys(shop.stripe.state().events));
  happen();
  for (const { id, deliveries } of Object.values(shop.stripe.state().events))
    if (!before.has(id)) deliveries.push("lost");
}

/** A subscription whose order is settled: only an event can tell that it has changed since. */
async function settledSubscription(): Promise<{ sessionId: string; subscription: string }> {
  const sessionId = await paidSession("price_almanac_monthly");
  expect((await run()).repaired).toEqual([sessionId]);
  return { sessionId, subscription: String(shop.stripe.state().checkoutSessions[sessionId]?.subscription) };
}

const mirrored = async (sessionId: string) =>
  (await services.store.readControl(sessionId))?.control.mirror.subscription;

test("A33: an event that Stripe lists only after the watermark has passed it is found", async () => {
  const { sessionId, subscription } = await settledSubscription();
  shop.stripe.account.setEventVisibilityDelay(10 * 60_000);
  withoutDelivery(() => shop.stripe.account.cancelSubscription(subscription));
  shop.clock.nowMs += 60_000;
  expect((await run()).repaired).toEqual([]);
  expect((await readProgress(services.bookkeeping, shop.clock.nowMs))?.lookedAtUntilMs).toBe(
    shop.clock.nowMs,
  );
  expect(await mirrored(sessionId)).toBe("active");

  shop.clock.nowMs += 10 * 60_000;
  expect((await run()).repaired).toEqual([sessionId]);
  expect(await mirrored(sessionId)).toBe("canceled");
});

test("A31: a change that the endpoint was never asked to report is found, once", async () => {
  const { sessionId, subscription } = await settledSubscription();
  shop.clock.nowMs += 60_000;
  // No endpoint listens, so for Stripe it counts as delivered.
  shop.stripe.account.cancelSubscription(subscription);
  expect((await run()).repaired).toEqual([sessionId]);
  expect(await mirrored(sessionId)).toBe("canceled");

  const before = await services.store.readControl(sessionId);
  expect((await run()).repaired).toEqual([]);
  expect(await services.store.readControl(sessionId)).toEqual(before);
});

test("A31: a failed renewal is found although the subscription's status is already known", async () => {
  const { sessionId, subscription } = await settledSubscription();
  shop.clock.nowMs += 60_000;
  shop.stripe.account.failRenewal(subscription);
  await run();
  shop.clock.nowMs += 60_000;
  shop.stripe.account.failRenewal(subscription);
  // An account that leaves subscriptions past due when Stripe has tried for the last time.
  const { invoices, subscriptions } = shop.stripe.state();
  const invoice = invoices[String(subscriptions[subscription]?.latest_invoice)];
  if (invoice === undefined) throw new Error("there is no invoice");
  invoice.next_payment_attempt = null;
  shop.stripe.account.updateSubscription(subscription, { quantity: 2 });
  expect((await run()).repaired).toEqual([sessionId]);
  expect((await services.store.readControl(sessionId))?.control.mirror).toMatchObject({
    subscription: "past_due",
    renewal: "failed_finally",
  });
});

test("A31: a thousand subscriptions whose month begins, and one that was sold elsewhere, cost the run no time", async () => {
  const { subscription } = await settledSubscription();
  const { subscription: foreign } = await settledSubscription();
  const { subscriptions } = shop.stripe.state();
  const sold = subscriptions[foreign];
  if (sold === undefined) throw new Error("there is no subscription");
  sold.metadata = {};
  shop.clock.nowMs += 25 * HOUR_MS;
  await run();
  shop.clock.nowMs += HOUR_MS;
  for (let month = 0; month < 300; month += 1) shop.stripe.account.renew(subscription);
  shop.stripe.account.failRenewal(foreign);
  shop.stripe.account.cancelSubscription(foreign);
  const asked = shop.stripe.calls().length;
  expect(await run(24_000)).toMatchObject({ incomplete: [] });
  const paths = shop.stripe.calls().slice(asked);
  expect(paths.filter(({ parameters }) => parameters["subscription"] !== undefined)).toEqual([]);
});

test("A31: an undelivered event can be older than a delivered one: the end of a subscription is found behind it", async () => {
  const { sessionId, subscription } = await settledSubscription();
  shop.clock.nowMs += 60_000;
  // Its status stays "active", as the record has it.
  withoutDelivery(() => {
    shop.stripe.account.pause(subscription);
    shop.stripe.account.resume(subscription);
  });
  shop.clock.nowMs += 60_000;
  shop.stripe.account.cancelSubscription(subscription);
  expect((await run()).repaired).toEqual([sessionId]);
  expect(await mirrored(sessionId)).toBe("canceled");
});

test("A31: an inquiry that becomes a dispute weeks later is found", async () => {
  const orderId = await paidSession();
  const inquiry = shop.stripe.account.dispute(
    shop.stripe.state().checkoutIntents[orderId]?.paymentIntent ?? "",
    { inquiry: true },
  );
  await run();
  for (let day = 0; day < 5; day += 1) {
    shop.clock.nowMs += 24 * HOUR_MS;
    await run();
  }
  shop.stripe.account.escalateInquiry(inquiry.id);
  expect((await run()).repaired).toEqual([orderId]);
  expect((await services.store.readControl(orderId))?.control.mirror.dispute).toBe("open");
});

test("A31: the end of an old payment's dispute and the failure of its refund are found, too", async () => {
  const disputed = await paidSession();
  const refunded = await paidSession("price_app_license");
  await run();
  const paymentOf = (orderId: string): string =>
    shop.stripe.state().checkoutIntents[orderId]?.paymentIntent ?? "";
  const dispute = shop.stripe.account.dispute(paymentOf(disputed));
  const refund = shop.stripe.account.refund(paymentOf(refunded));
  await run();
  const mirrorOf = async (orderId: string) => (await services.store.readControl(orderId))?.control.mirror;
  expect(await mirrorOf(disputed)).toMatchObject({ dispute: "open" });
  expect(await mirrorOf(refunded)).toMatchObject({ fullyRefunded: true });

  for (let day = 0; day < 5; day += 1) {
    shop.clock.nowMs += 24 * HOUR_MS;
    await run();
  }
  shop.stripe.account.loseDispute(dispute.id);
  shop.stripe.account.failRefund(refund.id);
  expect((await run()).repaired.toSorted()).toEqual([disputed, refunded].toSorted());
  expect(await mirrorOf(disputed)).toMatchObject({ dispute: "lost" });
  expect(await mirrorOf(refunded)).toMatchObject({ fullyRefunded: false });
});

test("A34: more undelivered events than fit on one of Stripe's pages are all looked at", async () => {
  const canceled = await settledSubscription();
  const busy = await settledSubscription();
  withoutDelivery(() => shop.stripe.account.cancelSubscription(canceled.subscription));
  shop.clock.nowMs += 60_000;
  // A page holds 100, the newest first.
  withoutDelivery(() => {
    for (let quantity = 2; quantity < 102; quantity += 1)
      shop.stripe.account.updateSubscription(busy.subscription, { quantity });
  });

  expect(await run()).toMatchObject({ repaired: [canceled.sessionId], incomplete: [] });
  expect(await mirrored(canceled.sessionId)).toBe("canceled");
});

test("A34: events whose orders take long to find are handled part by part, and running out of time is not a failure", async () => {
  const { sessionId, subscription } = await settledSubscription();
  // Only its event tells of this one; it comes after all the others.
  shop.stripe.account.cancelSubscription(subscription);
  const payments: string[] = [];
  for (let order = 0; order < 6; order += 1) {
    const paid = await paidSession();
    payments.push(String(shop.stripe.state().checkoutSessions[paid]?.payment_intent));
  }
  shop.clock.nowMs += 60_000;
  for (const payment of payments) shop.stripe.account.refund(payment);
  shop.clock.nowMs += HOUR_MS;
  // No endpoint has received any of them.
  for (const { deliveries } of Object.values(shop.stripe.state().events)) deliveries.push("lost");

  slowStripe(250);
  for (let runs = 0; runs < 20; runs += 1) await run(24_000);
  expect(await mirrored(sessionId)).toBe("canceled");
  const progress = await readProgress(services.bookkeeping, shop.clock.nowMs);
  expect(shop.clock.nowMs - (progress?.finishedMs ?? 0)).toBeLessThan(60_000);
});

/** The shop of the commands, with another mailer. */
async function openWithMailer(engine: "memory" | "stripe", send: () => Promise<void>): Promise<void> {
  await open(engine);
  services = await servicesOf(shop, { mailer: { send }, ...(engine === "stripe" && { storage: undefined }) });
}

/** Orders whose money is under way: each is on the worklist, and nothing can be done for it. */
async function waitingOrders(count: number): Promise<void> {
  for (let order = 0; order < count; order += 1) {
    const sessionId = await shop.openSession("price_print_deposit");
    shop.stripe.buyer.pay(sessionId, { delayed: "succeeds" });
  }
}

test.for(["memory", "stripe"] as const)(
  "A34: on the engine %s orders that only wait do not stop one among them from being retried",
  async (engine) => {
    let hasMailServer = false;
    await openWithMailer(engine, () =>
      hasMailServer ? Promise.resolve() : Promise.reject(new Error("421 not now")),
    );
    await waitingOrders(12);
    const failing = await paidSession();
    await waitingOrders(12);
    await run();
    // After some days it is on no list of Stripe's that is still read.
    shop.clock.nowMs += 3 * 24 * HOUR_MS;
    await run();
    await run();
    expect((await services.store.readControl(failing))?.control.state).toBe("paid");

    hasMailServer = true;
    shop.clock.nowMs += HOUR_MS;
    slowStripe(engine === "memory" ? 200 : 60);
    for (let runs = 0; runs < 15; runs += 1) await run(10_000);
    expect((await services.store.readControl(failing))?.control.state).toBe("fulfilled");
  },
);

test.for(["memory", "stripe"] as const)(
  "A30: on the engine %s a flagged order stays a problem while later runs look at the rest of a long worklist",
  async (engine) => {
    let isMended = false;
    await openWithMailer(engine, () =>
      isMended ? Promise.resolve() : Promise.reject(new NonRetriableError("no such mailbox")),
    );
    await waitingOrders(12);
    const flagged = await paidSession();
    await waitingOrders(12);
    expect((await run()).flagged).toEqual([flagged]);
    shop.clock.nowMs += HOUR_MS;
    slowStripe(engine === "memory" ? 200 : 60);
    for (let runs = 0; runs < 10; runs += 1) {
      await run(10_000);
      expect((await readProgress(services.bookkeeping, shop.clock.nowMs))?.flagged).toBe(1);
    }

    isMended = true;
    const inTime = createDeadline(() => shop.clock.nowMs, HOUR_MS);
    expect((await settleOrder(flagged, "owner", inTime, services)).kind).toBe("fulfilled");
    await run(10_000);
    expect((await readProgress(services.bookkeeping, shop.clock.nowMs))?.flagged).toBe(0);
  },
);

test("a place in Stripe's list that no longer exists is given up, and the list is read from its start", async () => {
  const sessionId = await paidSession();
  const { nowMs } = shop.clock;
  const pass = {
    startedMs: nowMs,
    hasUnfinished: false,
    reached: { recent_sessions: "cs_test_gone" },
  };
  await saveProgress(
    services.bookkeeping,
    { lookedAtUntilMs: nowMs - HOUR_MS, finishedMs: 1, flagged: 0, pass },
    nowMs,
  );
  expect(await run()).toMatchObject({ repaired: [], incomplete: ["recent_sessions"] });
  expect(await run()).toMatchObject({ repaired: [sessionId], incomplete: [] });
});

test("an order that could not be settled holds the watermark where it is", async () => {
  const sessionId = await paidSession();
  shop.stripe.faults.beforeApi = (request) =>
    request.url.includes(sessionId) ? Response.error() : undefined;
  expect((await run()).unfinished).toEqual([sessionId]);
  expect((await readProgress(services.bookkeeping, shop.clock.nowMs))?.lookedAtUntilMs).toBe(0);
  shop.stripe.faults.beforeApi = undefined;
  expect((await run()).repaired).toEqual([sessionId]);
  expect((await readProgress(services.bookkeeping, shop.clock.nowMs))?.lookedAtUntilMs).toBeGreaterThan(0);
});

test("a failed step is tried again when it is due, not before", async () => {
  shop.close();
  let tries = 0;
  shop = openTestShop();
  const { clock } = shop;
  services = await servicesOf(shop, {
    mailer: {
      send: () => {
        tries += 1;
        return tries < 3 ? Promise.reject(new Error("refused")) : Promise.resolve();
      },
    },
  });
  await paidSession();
  await run();
  await run();
  expect(tries).toBe(1);
  clock.nowMs += 30_000;
  await run();
  expect(tries).toBe(2);
  clock.nowMs += 60_000;
  expect((await run()).repaired).toHaveLength(1);
  expect(tries).toBe(3);
});

test("a refund and a lost dispute that no webhook reported are found", async () => {
  const sessionId = await paidSession();
  await run();
  const payment = String(shop.stripe.state().checkoutSessions[sessionId]?.payment_intent);
  shop.stripe.account.refund(payment);
  shop.clock.nowMs += 3 * HOUR_MS;
  expect((await run()).repaired).toEqual([sessionId]);
  expect((await services.store.readControl(sessionId))?.control.mirror).toMatchObject({
    fullyRefunded: true,
  });
});

test("B06: a renewal's refund of the same amount as a known one does not hide another refund of the first payment", async () => {
  const { sessionId, subscription } = await settledSubscription();
  shop.stripe.account.renew(subscription);
  const [first, renewal] = Object.keys(shop.stripe.state().paymentIntents);
  shop.stripe.account.refund(String(first), 200);
  await run();
  shop.stripe.account.refund(String(first), 100);
  shop.clock.nowMs += 1_000;
  shop.stripe.account.refund(String(renewal), 200);
  shop.clock.nowMs += HOUR_MS;
  // Nothing else tells of it.
  shop.stripe.faults.beforeApi = ({ url }) =>
    url.includes("/v1/events") ? Response.json({ object: "list", data: [], has_more: false }) : undefined;
  await run();
  expect((await services.store.readControl(sessionId))?.control.mirror.refundedMinor).toBe(500);
});

test("while Stripe's lists cannot be read the run says which, and the watermark stays", async () => {
  await run();
  const before = await readProgress(services.bookkeeping, shop.clock.nowMs);
  shop.clock.nowMs += HOUR_MS;
  shop.stripe.faults.beforeApi = () => Response.error();
  expect((await run()).incomplete).toContain("recent_sessions");
  shop.stripe.faults.beforeApi = undefined;
  expect(await readProgress(services.bookkeeping, shop.clock.nowMs)).toMatchObject({
    lookedAtUntilMs: before?.lookedAtUntilMs,
    finishedMs: before?.finishedMs,
  });
});

test("E17: health shows the age of the last run and calls it overdue after 26 hours", async () => {
  const health = async () => {
    const response = await shop.app.health(new Request("https://shop.example/api/health"));
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  expect(await health()).toEqual({
    status: 200,
    body: {
      ok: true,
      mode: "test",
      engine: "memory",
      lastWebhook: null,
      lastReconcile: null,
      problems: [],
      advice: [],
    },
  });
  shop.clock.nowMs += 60_000;
  await run();
  await shop.notify(await paidSession());
  expect((await health()).body).toMatchObject({
    ok: true,
    lastWebhook: "2026-11-21T12:01:00.000Z",
    lastReconcile: "2026-11-21T12:01:00.000Z",
  });
  shop.clock.nowMs += 26 * HOUR_MS + 1;
  expect(await health()).toMatchObject({ status: 503, body: { ok: false, problems: ["reconcile_overdue"] } });
});

test("E17: complete runs that leave something unsettled for three days are reported as behind", async () => {
  await run();
  const sessionId = await paidSession();
  shop.stripe.faults.beforeApi = (request) =>
    request.url.includes(sessionId) ? Response.error() : undefined;
  const health = async () =>
    (await (await shop.app.health(new Request("https://shop.example/api/health"))).json()) as {
      problems: string[];
    };
  shop.clock.nowMs += 2 * 24 * HOUR_MS;
  expect((await run()).unfinished).toEqual([sessionId]);
  expect((await health()).problems).toEqual([]);
  shop.clock.nowMs += 24 * HOUR_MS + 1;
  await run();
  expect((await health()).problems).toEqual(["reconcile_behind"]);
  shop.stripe.faults.beforeApi = undefined;
  await run();
  shop.clock.nowMs += 10_000;
  expect((await health()).problems).toEqual([]);
});

test("D44: many requests for health cost two calls to Stripe a minute: one for all notes, one for the last webhook", async () => {
  await open("stripe");
  await run();
  const ask = () => shop.app.health(new Request("https://shop.example/api/health"));
  const before = shop.stripe.calls().length;
  const answers = await Promise.all(Array.from({ length: 20 }, ask));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  shop.clock.nowMs += 59_000;
  await ask();
  expect(
    shop.stripe
      .calls()
      .slice(before)
      .map(({ method, path }) => `${method} ${path}`)
      .toSorted(),
  ).toEqual(["GET /v1/events", "GET /v1/products/static_checkout_bookkeeping_1"]);
  shop.clock.nowMs += 1_000;
  await ask();
  expect(shop.stripe.calls().length - before).toBe(4);
});

test("M09: health says that a shop delivers something and sends no mail, and stays green", async () => {
  const adviceOf = async (options: Parameters<typeof openTestShop>[0]) => {
    const other = openTestShop(options);
    const response = await other.app.health(new Request("https://shop.example/api/health"));
    other.close();
    return { status: response.status, ...((await response.json()) as { ok: boolean; advice: string[] }) };
  };
  const delivers = siteOf({
    prices: { price_ebook_tides: { deliver: [{ kind: "text", name: "Words", text: "Hello" }] } },
  });
  const mailless = { mailer: undefined };
  expect(await adviceOf({ site: delivers, replace: mailless })).toMatchObject({
    status: 200,
    ok: true,
    advice: ["delivers_without_mail"],
  });
  expect(await adviceOf({ site: delivers })).toMatchObject({ status: 200, advice: [] });
  expect(await adviceOf({ replace: mailless })).toMatchObject({ status: 200, advice: [] });
});

test("E17: a run that could not be finished does not count as a run in 1970", async () => {
  shop.stripe.faults.beforeApi = () => Response.error();
  await run();
  const response = await shop.app.health(new Request("https://shop.example/api/health"));
  expect(await response.json()).toMatchObject({ lastReconcile: null, problems: ["reconcile_overdue"] });
});

test("health reports when the orders cannot be reached, and checks again after a moment", async () => {
  await open("stripe");
  shop.stripe.faults.beforeApi = () => Response.error();
  const ask = () => shop.app.health(new Request("https://shop.example/api/health"));
  const response = await ask();
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ ok: false, problems: ["engine_unreachable"] });
  shop.stripe.faults.beforeApi = undefined;
  expect((await ask()).status).toBe(503);
  shop.clock.nowMs += 10_000;
  expect((await ask()).status).toBe(200);
});

test("Stripe filters its list of events by 20 types at the most", () => {
  expect(ORDER_EVENTS.size).toBeLessThanOrEqual(20);
});

test("one source that cannot be read does not stop the others", async () => {
  const sessionId = await paidSession();
  shop.stripe.faults.beforeApi = (request) =>
    request.url.includes("/v1/events") ? Response.error() : undefined;
  const report = await run();
  expect(report).toMatchObject({
    repaired: [sessionId],
    incomplete: ["undelivered_events", "recent_changes"],
  });
});

test("A30: flagged orders are reported by every run, and health says so", async () => {
  shop.close();
  shop = openTestShop({
    replace: { mailer: { send: () => Promise.reject(new NonRetriableError("no such mailbox")) } },
  });
  const { storage, clock } = shop;
  services = {
    ...services,
    storage,
    store: storage.orders,
    bookkeeping: storage.bookkeeping,
    now: () => clock.nowMs,
  };
  const sessionId = await paidSession();
  await shop.notify(sessionId);
  expect((await run()).flagged).toEqual([sessionId]);
  expect((await run()).flagged).toEqual([sessionId]);
  const response = await shop.app.health(new Request("https://shop.example/api/health"));
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ problems: ["orders_need_attention"] });
});

test("a run that cannot write its notes still repairs what it can", async () => {
  await open("stripe");
  const sessionId = await paidSession();
  shop.stripe.faults.beforeApi = (request) =>
    request.method === "POST" && request.url.includes("/v1/products")
      ? Response.json({ error: { type: "invalid_request_error", message: "no permission" } }, { status: 403 })
      : undefined;
  await expect(run()).rejects.toThrow("no permission");
  expect((await services.store.readControl(sessionId))?.control.state).toBe("fulfilled");
});
