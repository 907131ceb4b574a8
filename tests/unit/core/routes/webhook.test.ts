import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { NonRetriableError } from "../../../../core/retry/errors.ts";
import type { Mail } from "../../../../core/mail/mailer.ts";
import { CANARY_KEYS } from "../../../support/canaries.ts";
import { openForeignSession } from "../../../support/foreign-session.ts";
import { openTestShop, signedWebhook, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop();
});
afterEach(() => shop.close());

async function paidSession(): Promise<string> {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId, { email: "buyer@example.com", name: "Ada Lovelace" });
  return sessionId;
}

async function outcomeOf(response: Response): Promise<unknown> {
  return { status: response.status, ...((await response.json()) as object) };
}

test("a paid session becomes a fulfilled order and one mail", async () => {
  const sessionId = await paidSession();
  expect(await outcomeOf(await shop.notify(sessionId))).toEqual({
    status: 200,
    received: true,
    outcome: "fulfilled",
  });

  const stored = await shop.store.readControl(sessionId);
  expect(stored?.control).toMatchObject({
    state: "fulfilled",
    fence: 1,
    steps: { record: { state: "done", attempts: 1 }, mail: { state: "done", attempts: 1 } },
  });
  expect(stored?.control.lease).toBeUndefined();
  expect(await shop.store.readSnapshot(sessionId)).toMatchObject({
    orderId: sessionId,
    items: [{ priceId: "price_poster_a2", quantity: 1, amountMinor: 3200 }],
    currency: "eur",
    totalMinor: 3200,
    buyer: { email: "buyer@example.com", name: "Ada Lovelace" },
  });
  expect(shop.mails).toHaveLength(1);
  expect(shop.mails[0]).toMatchObject({ to: "buyer@example.com" });
});

test("A01: the same event again is answered 200 and does nothing", async () => {
  const sessionId = await paidSession();
  await shop.notify(sessionId);
  const before = await shop.store.readControl(sessionId);
  expect((await shop.notify(sessionId)).status).toBe(200);
  expect(await shop.store.readControl(sessionId)).toEqual(before);
  expect(shop.mails).toHaveLength(1);
});

test("A04: an event that is signed once with the old secret and once with the new one makes one mail", async () => {
  const { previousWebhook: old, webhook: current } = CANARY_KEYS;
  shop.close();
  shop = openTestShop({ environment: { STRIPE_WEBHOOK_SECRET: `${current},${old}` } });
  const event = {
    object: "event",
    id: "evt_1",
    type: "checkout.session.completed",
    livemode: false,
    data: { object: { id: await paidSession() } },
  };
  for (const secret of [old, current]) {
    const delivery = signedWebhook(JSON.stringify(event), shop.clock.nowMs, secret);
    expect(await outcomeOf(await shop.app.webhook(delivery))).toMatchObject({
      status: 200,
      outcome: "fulfilled",
    });
  }
  expect(shop.mails).toHaveLength(1);
});

test("A02: 64 concurrent copies of one event make one order and one mail", async () => {
  const sessionId = await paidSession();
  const responses = await Promise.all(Array.from({ length: 64 }, () => shop.notify(sessionId)));
  for (const { status } of responses) expect([200, 503]).toContain(status);
  expect(shop.mails).toHaveLength(1);
  expect((await shop.store.readControl(sessionId))?.control).toMatchObject({ state: "fulfilled", fence: 1 });
});

test("B01, A03: a slow payment waits without a mail, and is fulfilled once when it arrives", async () => {
  const sessionId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(sessionId, { delayed: "succeeds", email: "buyer@example.com" });
  expect(await outcomeOf(await shop.notify(sessionId))).toMatchObject({
    status: 200,
    outcome: "awaiting_payment",
  });
  expect(shop.mails).toHaveLength(0);

  shop.stripe.account.settleDelayed(sessionId);
  const [first, second] = [
    await shop.notify(sessionId, "checkout.session.async_payment_succeeded"),
    await shop.notify(sessionId),
  ];
  expect(await outcomeOf(first)).toMatchObject({ status: 200, outcome: "fulfilled" });
  expect(await outcomeOf(second)).toMatchObject({ status: 200, outcome: "fulfilled" });
  expect(shop.mails).toHaveLength(1);
});

test("B02: a slow payment that fails is recorded as failed, without a mail", async () => {
  const sessionId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(sessionId, { delayed: "fails" });
  await shop.notify(sessionId);
  shop.stripe.account.settleDelayed(sessionId);
  expect(
    await outcomeOf(await shop.notify(sessionId, "checkout.session.async_payment_failed")),
  ).toMatchObject({
    status: 200,
    outcome: "payment_failed",
  });
  expect(shop.mails).toHaveLength(0);
});

test("B22: an abandoned session that expires leaves nothing behind", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.account.expire(sessionId);
  expect(await outcomeOf(await shop.notify(sessionId, "checkout.session.expired"))).toMatchObject({
    outcome: "abandoned",
  });
  expect(await shop.store.readControl(sessionId)).toBeUndefined();
});

test("B22: a paid order is not touched, whatever is said about its session's end", async () => {
  const sessionId = await paidSession();
  await shop.notify(sessionId);
  const before = await shop.store.readControl(sessionId);
  const session = shop.stripe.state().checkoutSessions[sessionId];
  if (session === undefined) throw new Error("the session must exist");
  session.status = "expired";
  expect(await outcomeOf(await shop.notify(sessionId, "checkout.session.expired"))).toMatchObject({
    status: 200,
    outcome: "fulfilled",
  });
  expect(await shop.store.readControl(sessionId)).toEqual(before);
  expect(shop.mails).toHaveLength(1);
});

test("B04: an order refunded in full before its webhook arrives is recorded, and no mail is sent", async () => {
  const sessionId = await paidSession();
  const paymentIntent = shop.stripe.state().checkoutSessions[sessionId]?.payment_intent;
  shop.stripe.account.refund(String(paymentIntent));
  expect(await outcomeOf(await shop.notify(sessionId))).toMatchObject({ outcome: "fulfilled" });
  expect((await shop.store.readControl(sessionId))?.control).toMatchObject({
    mirror: { refundedMinor: 3200, fullyRefunded: true },
    steps: { record: { state: "done" }, mail: { state: "skipped" } },
  });
  expect(shop.mails).toHaveLength(0);
});

test("a subscription is an order like any other", async () => {
  const sessionId = await shop.openSession("price_almanac_monthly");
  shop.stripe.buyer.pay(sessionId);
  expect(await outcomeOf(await shop.notify(sessionId))).toMatchObject({ outcome: "fulfilled" });
  expect(await shop.store.readSnapshot(sessionId)).toMatchObject({ mode: "subscription", totalMinor: 600 });
});

test("A24: types that mean nothing to an order are answered 200 and touch nothing", async () => {
  const sessionId = await paidSession();
  for (const type of ["customer.updated", "payout.paid", "checkout.session", "constructor", "x"]) {
    expect(await outcomeOf(await shop.notify(sessionId, type))).toEqual({
      status: 200,
      received: true,
      outcome: "ignored_type",
    });
  }
  expect(await shop.store.readControl(sessionId)).toBeUndefined();
  expect(shop.stripe.calls().filter((call) => call.path.includes(sessionId))).toHaveLength(0);
});

test("A25: a session without our marker is answered 200 and left alone", async () => {
  const id = await openForeignSession(shop.stripe);
  shop.stripe.buyer.pay(id);
  expect(await outcomeOf(await shop.notify(id))).toMatchObject({ status: 200, outcome: "ignored_not_ours" });
  expect(await shop.store.readControl(id)).toBeUndefined();
});

test("B20: a live event on a shop with a test key is ignored", async () => {
  const body = JSON.stringify({
    object: "event",
    id: "evt_1",
    type: "checkout.session.completed",
    livemode: true,
    data: { object: { id: "cs_live_1" } },
  });
  expect(await outcomeOf(await shop.app.webhook(signedWebhook(body, shop.clock.nowMs)))).toMatchObject({
    status: 200,
    outcome: "ignored_mode",
  });
});

test("B20: a test event on a shop with a live key is ignored without a call to Stripe", async () => {
  const sessionId = await paidSession();
  shop.close();
  shop = openTestShop({ environment: { STRIPE_SECRET_KEY: "sk_live_51TestEventsAreNotMine" } });
  let questions = 0;
  shop.stripe.faults.beforeApi = () => {
    questions += 1;
    return undefined;
  };
  expect(await outcomeOf(await shop.notify(sessionId))).toEqual({
    status: 200,
    received: true,
    outcome: "ignored_mode",
  });
  expect(questions).toBe(0);
  expect(await shop.store.readControl(sessionId)).toBeUndefined();
});

test("C12: an event of a connected account is ignored", async () => {
  const sessionId = await paidSession();
  const body = JSON.stringify({
    object: "event",
    id: "evt_1",
    type: "checkout.session.completed",
    livemode: false,
    account: "acct_9",
    data: { object: { id: sessionId } },
  });
  expect(await outcomeOf(await shop.app.webhook(signedWebhook(body, shop.clock.nowMs)))).toMatchObject({
    status: 200,
    outcome: "ignored_account",
  });
  expect(await shop.store.readControl(sessionId)).toBeUndefined();
});

test("a session that our key cannot see is answered 503: the keys belong to two accounts", async () => {
  const response = await shop.notify("cs_test_of_another_account");
  expect(response.status).toBe(503);
  expect(await outcomeOf(response)).toMatchObject({ error: { code: "session_not_found" } });
});

test("A26: while Stripe is down the answer is 503, and the next delivery fulfills", async () => {
  const sessionId = await paidSession();
  shop.stripe.faults.beforeApi = () => Response.error();
  expect((await shop.notify(sessionId)).status).toBe(503);
  shop.stripe.faults.beforeApi = () =>
    new Response(JSON.stringify({ error: { type: "api_error" } }), { status: 500 });
  expect((await shop.notify(sessionId)).status).toBe(503);
  shop.stripe.faults.beforeApi = undefined;
  expect((await shop.notify(sessionId)).status).toBe(200);
  expect(shop.mails).toHaveLength(1);
});

test("A15: while the store is down the answer is 503, and the next delivery fulfills", async () => {
  const sessionId = await paidSession();
  const read = vi.spyOn(shop.store, "readControl").mockRejectedValue(new Error("store down"));
  expect((await shop.notify(sessionId)).status).toBe(503);
  read.mockRestore();
  expect((await shop.notify(sessionId)).status).toBe(200);
  expect(shop.mails).toHaveLength(1);
});

test("a mail server that is down is 503 now, and the same mail key is used when it is back", async () => {
  const keys: string[] = [];
  let down = true;
  shop.close();
  shop = openTestShop({
    replace: {
      mailer: {
        send: async (_mail, { idempotencyKey }) => {
          keys.push(idempotencyKey);
          if (down) throw new Error("connection refused");
        },
      },
    },
  });
  const sessionId = await paidSession();
  expect((await shop.notify(sessionId)).status).toBe(503);
  expect((await shop.store.readControl(sessionId))?.control).toMatchObject({
    state: "paid",
    steps: { record: { state: "done", attempts: 1 }, mail: { state: "started", attempts: 1 } },
    lastError: "mail: Error: connection refused",
  });
  down = false;
  shop.clock.nowMs += 30_000;
  expect((await shop.notify(sessionId)).status).toBe(200);
  expect(keys).toEqual([`mail/${sessionId}`, `mail/${sessionId}`]);
});

test("A30: a step that always fails is flagged after 12 tries, reported once, and then answered 200", async () => {
  shop.close();
  shop = openTestShop({ replace: { mailer: { send: () => Promise.reject(new Error("refused")) } } });
  const sessionId = await paidSession();
  const statuses: number[] = [];
  for (let delivery = 0; delivery < 14; delivery += 1) {
    statuses.push((await shop.notify(sessionId)).status);
    shop.clock.nowMs += 3_600_000;
  }
  expect(statuses).toEqual([...Array.from({ length: 11 }, () => 503), 200, 200, 200]);
  expect((await shop.store.readControl(sessionId))?.control).toMatchObject({
    state: "needs_attention",
    steps: { mail: { state: "started", attempts: 12 } },
  });
  expect(shop.log.filter((line) => line["event"] === "order_needs_attention")).toHaveLength(1);
});

test("A30: while one order is flagged the next one is fulfilled, and the owner is told of each separately", async () => {
  const mails: Mail[] = [];
  const notices: string[] = [];
  shop.close();
  shop = openTestShop({
    environment: { OWNER_EMAIL: "owner@shop.example" },
    replace: {
      mailer: {
        async send(mail, { idempotencyKey }) {
          if (mail.recipient === "owner") notices.push(idempotencyKey);
          else if (mail.to === "nobody@example.com") throw new NonRetriableError("no such mailbox");
          else mails.push(mail);
        },
      },
    },
  });
  const [flagged, unaffected] = [await shop.openSession(), await shop.openSession()];
  shop.stripe.buyer.pay(flagged, { email: "nobody@example.com" });
  shop.stripe.buyer.pay(unaffected, { email: "buyer@example.com" });
  expect(await outcomeOf(await shop.notify(flagged))).toMatchObject({ outcome: "needs_attention" });
  const problem = await shop.store.readControl(flagged);

  expect(await outcomeOf(await shop.notify(unaffected))).toMatchObject({ status: 200, outcome: "fulfilled" });
  expect(await outcomeOf(await shop.notify(flagged))).toMatchObject({ outcome: "needs_attention" });
  expect(mails.map(({ to }) => to)).toEqual(["buyer@example.com"]);
  expect(notices.toSorted()).toEqual(
    [
      `notice/paid/${flagged}/1`,
      `notice/needs_attention/${flagged}/1`,
      `notice/paid/${unaffected}/1`,
    ].toSorted(),
  );
  expect(await shop.store.readControl(flagged)).toEqual(problem);
});

test("a step that says that retrying is useless is flagged at once", async () => {
  shop.close();
  shop = openTestShop({
    replace: { mailer: { send: () => Promise.reject(new NonRetriableError("no such mailbox")) } },
  });
  const sessionId = await paidSession();
  expect(await outcomeOf(await shop.notify(sessionId))).toMatchObject({
    status: 200,
    outcome: "needs_attention",
  });
  // To the buyer it is a paid order.
  expect((await shop.status(sessionId)).body).toMatchObject({ state: "paid" });
});

test("A17: a delivery that finds the order held by a run that died is answered 503, and a later one fulfills it", async () => {
  const sessionId = await paidSession();
  vi.spyOn(shop.store, "readSnapshot").mockRejectedValueOnce(new Error("store down"));
  await shop.notify(sessionId);
  const waiting = await shop.store.readControl(sessionId);
  if (waiting === undefined) throw new Error("There is no order.");
  const { control, version } = waiting;
  const lease = { owner: "died", untilMs: shop.clock.nowMs + 45_000 };
  await shop.store.writeControl(sessionId, version, { ...control, fence: 2, lease, writeId: "died" });

  const readControl = shop.store.readControl.bind(shop.store);
  const read = vi.spyOn(shop.store, "readControl").mockImplementation((orderId) => {
    shop.clock.nowMs += 1_000;
    return readControl(orderId);
  });
  expect(await outcomeOf(await shop.notify(sessionId))).toMatchObject({
    status: 503,
    error: { code: "order_busy" },
  });
  expect(shop.mails).toHaveLength(0);

  read.mockRestore();
  shop.clock.nowMs = lease.untilMs;
  expect((await shop.notify(sessionId)).status).toBe(200);
  expect(shop.mails).toHaveLength(1);
});

test("A29: with too little time left for a step the order is released, and the next delivery goes on", async () => {
  const sessionId = await paidSession();
  const append = vi.spyOn(shop.store, "appendHistory").mockImplementation(async () => {
    // The first step takes 7 of the webhook's 8 seconds.
    shop.clock.nowMs += 7_000;
  });
  expect(await outcomeOf(await shop.notify(sessionId))).toMatchObject({
    status: 503,
    error: { code: "out_of_time" },
  });
  const waiting = await shop.store.readControl(sessionId);
  expect(waiting?.control).toMatchObject({ state: "paid", steps: { record: { state: "done" } } });
  expect(waiting?.control.lease).toBeUndefined();
  expect(shop.mails).toHaveLength(0);

  shop.clock.nowMs += 30_000;
  expect((await shop.notify(sessionId)).status).toBe(200);
  expect(append).toHaveBeenCalledTimes(1);
  expect(shop.mails).toHaveLength(1);
});

test("C10: a body over 1 MB is refused before it is hashed", async () => {
  const response = await shop.app.webhook(signedWebhook("x".repeat(1024 * 1024 + 1), shop.clock.nowMs));
  expect(response.status).toBe(413);
});

test("C11: other methods are refused with Allow", async () => {
  for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
    const response = await shop.app.webhook(new Request("https://shop.example/api/webhook", { method }));
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("POST, OPTIONS");
  }
});

test("C15: neither the buyer's data nor a secret is ever logged", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId, { email: "canary-mail@example.com", name: "Canary Name" });
  await shop.notify(sessionId);
  await shop.status(sessionId);
  await shop.app.webhook(signedWebhook("{}", 0));
  const text = JSON.stringify(shop.log);
  expect(text).toContain(sessionId);
  for (const secret of ["canary-mail", "Canary Name", "sk_test", "whsec_"])
    expect(text).not.toContain(secret);
});

test("A25: two shops on one account each settle only their own sessions", async () => {
  shop.close();
  shop = openTestShop({ environment: { SHOP_ID: "staging" } });
  const sessionId = await paidSession();
  const session = shop.stripe.state().checkoutSessions[sessionId];
  expect(session?.metadata).toMatchObject({ static_checkout: "staging" });
  if (session !== undefined) session.metadata = { static_checkout: "2" };
  expect(await outcomeOf(await shop.notify(sessionId))).toMatchObject({
    status: 200,
    outcome: "ignored_not_ours",
  });
});

test("I7: an event that arrives before Stripe shows the change is not answered 200", async () => {
  const sessionId = await shop.openSession();
  const response = await shop.notify(sessionId);
  expect(response.status).toBe(503);
  expect(await outcomeOf(response)).toMatchObject({ error: { code: "not_completed" } });
});

test("waiting for a busy order asks the store, not Stripe", async () => {
  shop.close();
  // Waits end at once, time limits never.
  const schedule = (delayMs: number, callback: () => void) => {
    if (delayMs < 1_000) setImmediate(callback);
    return () => undefined;
  };
  shop = openTestShop({ replace: { schedule } });
  const sessionId = await paidSession();
  await shop.notify(sessionId);
  const stored = await shop.store.readControl(sessionId);
  if (stored === undefined) throw new Error("there is no order");
  const { clock } = shop;
  const lease = { owner: "somebody else", untilMs: clock.nowMs + 45_000 };
  await shop.store.writeControl(sessionId, stored.version, { ...stored.control, state: "paid", lease });
  const before = shop.stripe.calls().length;
  const read = vi.spyOn(shop.store, "readControl");
  const waiting = shop.notify(sessionId);
  await vi.waitFor(() => expect(read.mock.calls.length).toBeGreaterThan(20));
  clock.nowMs += 6_000;
  expect((await waiting).status).toBe(503);
  expect(shop.stripe.calls().length - before).toBeLessThanOrEqual(2);
});

test("A10: an order is released at once when something breaks after its lease was taken", async () => {
  const sessionId = await paidSession();
  const read = vi.spyOn(shop.store, "readSnapshot").mockRejectedValueOnce(new Error("store down"));
  expect((await shop.notify(sessionId)).status).toBe(503);
  expect((await shop.store.readControl(sessionId))?.control.lease).toBeUndefined();
  expect((await shop.notify(sessionId)).status).toBe(200);
  read.mockRestore();
});

test("A14: whatever hangs, the answer comes before Stripe stops waiting, and it is not 200", async () => {
  const sessionId = await paidSession();
  shop.close();
  const timers: { delayMs: number; callback: () => void }[] = [];
  shop = openTestShop({
    replace: {
      schedule: (delayMs, callback) => {
        timers.push({ delayMs, callback });
        return () => undefined;
      },
    },
  });
  vi.spyOn(shop.store, "readControl").mockReturnValue(new Promise(() => undefined));
  const waiting = shop.notify(sessionId);
  await vi.waitFor(() => expect(timers).toContainEqual(expect.objectContaining({ delayMs: 9_000 })));
  timers.find(({ delayMs }) => delayMs === 9_000)?.callback();
  expect((await waiting).status).toBe(503);
});

test("A20 A26: the trail says why an event was refused, without anything private", async () => {
  const sessionId = await paidSession();
  const record = vi.spyOn(shop.storage.events, "record");
  const failure = new Error(`${CANARY_KEYS.restricted} was refused ${"again ".repeat(100)}`);
  vi.spyOn(shop.store, "readControl").mockRejectedValueOnce(failure);
  expect((await shop.notify(sessionId)).status).toBe(503);
  expect((await shop.notify(sessionId)).status).toBe(200);
  const trail = record.mock.calls.map(([{ outcome, error }]) => ({ outcome, error }));
  expect(trail).toEqual([
    { outcome: "dependency_failed", error: expect.stringContaining("rk_test_[secret] was refused") },
    { outcome: "fulfilled", error: undefined },
  ]);
  expect(trail[0]?.error).toHaveLength(200);
});

test("without a mailer the mail step is recorded as skipped, not as done", async () => {
  shop.close();
  shop = openTestShop({ replace: { mailer: undefined } });
  const sessionId = await paidSession();
  await shop.notify(sessionId);
  expect((await shop.store.readControl(sessionId))?.control.steps["mail"]).toEqual({
    state: "skipped",
    attempts: 1,
  });
  expect(shop.log).toContainEqual(expect.objectContaining({ event: "mail_skipped" }));
});

/** The same order in the shapes of several API versions of Stripe; the last one does not exist yet. */
const OTHER_VERSIONS: [string, object][] = [
  [
    "2017-08-15",
    { payment_status: undefined, display_items: [{ amount: 1 }], payment_method_types: ["card"] },
  ],
  ["2024-06-20", { payment_status: "unpaid", amount_total: 1, shipping_details: null, currency: "usd" }],
  ["2031-01-01.kelp", { payment_status: { state: "unpaid" }, amount_total: "0.01", status: null }],
];

test.for(OTHER_VERSIONS)(
  "C13: an event in the shape of API version %s names the order, and the rest is re-read in our own version",
  async ([api_version, shape]) => {
    const sessionId = await paidSession();
    const versions = new Set<string | null>();
    shop.stripe.faults.beforeApi = (request) => {
      versions.add(request.headers.get("stripe-version"));
      return undefined;
    };
    const event = {
      object: "event",
      id: "evt_1",
      type: "checkout.session.completed",
      api_version,
      livemode: false,
      data: { object: { object: "checkout.session", id: sessionId, ...shape } },
    };
    const response = await shop.app.webhook(signedWebhook(JSON.stringify(event), shop.clock.nowMs));
    expect(await outcomeOf(response)).toMatchObject({ status: 200, outcome: "fulfilled" });
    expect(await shop.store.readSnapshot(sessionId)).toMatchObject({ currency: "eur", totalMinor: 3200 });
    expect(versions).toEqual(new Set(["2026-10-28.endive"]));
  },
);

test("A26: a delivery that failed is in the trail, too", async () => {
  const sessionId = await paidSession();
  const record = vi.spyOn(shop.storage.events, "record");
  shop.stripe.faults.beforeApi = () => Response.error();
  await shop.notify(sessionId);
  expect(record).toHaveBeenCalledWith(expect.objectContaining({ outcome: "dependency_failed" }));
});
