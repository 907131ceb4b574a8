import { Webhook } from "standardwebhooks";
import { afterEach, expect, test } from "vitest";

import { NonRetriableError } from "../../../../../core/retry/errors.ts";
import { isOpen } from "../../../../../core/orders/control-record.ts";
import { isRevoked } from "../../../../../core/orders/access.ts";
import { formatOutbox } from "../../../../../core/orders/outbox/outbox.ts";
import type { OutgoingRequest } from "../../../../../core/http/safe-post.ts";
import { control as freshControl, openOrders, snapshot } from "../../../../contracts/order-store.ts";
import { openOwnersShop, OWNER, SECRET, type OwnersShop } from "../../../../support/owners-shop.ts";
import { openTestShop } from "../../../../support/test-shop.ts";

let shop: OwnersShop;
afterEach(() => shop.close());

async function controlOf(orderId: string) {
  const stored = await shop.store.readControl(orderId);
  if (stored === undefined) throw new Error("there is no order");
  return stored.control;
}

test("a new order is told once by mail, chat and webhook, after the buyer's mail, however often Stripe reports it", async () => {
  shop = openOwnersShop();
  const { orderId } = await shop.order();
  await shop.notify(orderId);
  await shop.notify(orderId);

  expect(shop.mails).toHaveLength(1);
  expect(shop.notices).toEqual([
    expect.objectContaining({
      to: "owner@shop.example",
      recipient: "owner",
      subject: "[test] New order: €32.00",
      key: `notice/paid/${orderId}/1`,
    }),
  ]);
  expect(shop.chats).toHaveLength(1);
  expect(shop.chats[0]).toMatch(
    /^\[test\] New order: €32\.00\n1 × Tide chart poster, A2  €32\.00\nTotal  €32\.00/,
  );
  expect(shop.events).toEqual([
    {
      id: `paid/${orderId}/1`,
      type: "order.paid",
      data: expect.objectContaining({ id: orderId, totalMinor: 3200, revoked: false, dispute: null }),
    },
  ]);
  expect((await controlOf(orderId)).news?.order?.deliveries).toEqual({
    webhook: { state: "done", attempts: 1 },
    mail: { state: "done", attempts: 1 },
    chat: { state: "done", attempts: 1 },
  });
});

test("a notice names no buyer", async () => {
  shop = openOwnersShop();
  const { payment } = await shop.order();
  shop.stripe.account.refund(payment);
  await shop.deliverNew();
  const told = JSON.stringify([shop.notices, shop.chats]);
  expect(shop.mails[0]?.to).toMatch(/@/);
  expect(told).not.toContain(shop.mails[0]?.to);
  expect(told).toContain(`https://dashboard.stripe.com/test/payments/${payment}`);
});

test("a shop without channels owes no message, and its records stay as they were", async () => {
  shop = openOwnersShop({ environment: {} });
  const { orderId, payment } = await shop.order();
  shop.stripe.account.refund(payment);
  await shop.deliverNew();
  const control = await controlOf(orderId);
  expect(control).toMatchObject({ v: 1, state: "fulfilled", mirror: { fullyRefunded: true } });
  expect(control.news).toBeUndefined();
});

test("each partial refund is a notification with a key of its own, and revokes nothing", async () => {
  shop = openOwnersShop();
  const { orderId, payment } = await shop.order();
  shop.stripe.account.refund(payment, 500);
  await shop.deliverNew();
  shop.stripe.account.refund(payment, 700);
  await shop.deliverNew();
  await shop.notify(orderId);

  expect(shop.notices.slice(1).map(({ subject }) => subject)).toEqual([
    "[test] Refunded: €5.00 of €32.00",
    "[test] Refunded: €12.00 of €32.00",
  ]);
  expect(shop.events.slice(1).map(({ id, type, data }) => [id, type, data["refundedMinor"]])).toEqual([
    [`refunded/${orderId}/1`, "order.refunded", 500],
    [`refunded/${orderId}/2`, "order.refunded", 1200],
  ]);
  expect((await shop.status(orderId)).body["revoked"]).toBeUndefined();
});

test("a full refund revokes, and the owner, the server and the buyer's page are told", async () => {
  shop = openOwnersShop();
  const { orderId, payment } = await shop.order();
  shop.stripe.account.refund(payment);
  await shop.deliverNew();

  expect(shop.notices.at(-1)?.subject).toBe("[test] Refunded in full: €32.00");
  expect(shop.notices.at(-1)?.text).toContain("The purchase is void: downloads and keys no longer work.");
  expect(shop.events.map(({ type }) => type)).toEqual(["order.paid", "order.refunded", "order.revoked"]);
  expect(shop.events.at(-1)).toMatchObject({ id: `revoked/${orderId}/1`, data: { revoked: true } });
  expect(isRevoked(await controlOf(orderId))).toBe(true);
  expect((await shop.status(orderId)).body).toMatchObject({ state: "fulfilled", revoked: true });
});

test("B07: a refund that fails restores", async () => {
  shop = openOwnersShop();
  const { orderId, payment } = await shop.order();
  const refund = shop.stripe.account.refund(payment);
  await shop.deliverNew();
  shop.stripe.account.failRefund(refund.id);
  await shop.deliverNew();

  expect(shop.notices.at(-1)?.subject).toBe("[test] A refund failed: €0.00 of €32.00 are refunded now");
  expect(shop.events.slice(-2).map(({ id, type }) => [id, type])).toEqual([
    [`refund_failed/${orderId}/2`, "order.refund_failed"],
    [`restored/${orderId}/2`, "order.restored"],
  ]);
  expect((await shop.status(orderId)).body["revoked"]).toBeUndefined();
});

test("B11: a dispute is told with its due date; lost it revokes", async () => {
  shop = openOwnersShop();
  const { orderId, payment } = await shop.order();
  const dispute = shop.stripe.account.dispute(payment);
  const due = new Date((shop.stripe.state().disputes[dispute.id]?.evidence_details.due_by ?? 0) * 1000);
  await shop.deliverNew();
  expect(shop.notices.at(-1)?.subject).toBe("[test] A payment of €32.00 is disputed");
  expect(shop.notices.at(-1)?.text).toContain(`${due.getUTCDate()} `);
  expect(shop.notices.at(-1)?.text).toMatch(/Stripe needs your answer by \d+ \w+ 2026, \d\d:\d\d UTC\./);
  expect(isRevoked(await controlOf(orderId))).toBe(false);

  shop.stripe.account.loseDispute(dispute.id);
  await shop.deliverNew();
  expect(shop.notices.at(-1)?.subject).toBe("[test] Dispute lost: €32.00");
  expect(shop.events.slice(1).map(({ type, data }) => [type, data["dispute"]])).toEqual([
    ["order.disputed", "open"],
    ["order.disputed", "lost"],
    ["order.revoked", "lost"],
  ]);
});

test("B11: a dispute that is won is told, and nothing is ever revoked", async () => {
  shop = openOwnersShop();
  const { payment } = await shop.order();
  shop.stripe.account.winDispute(shop.stripe.account.dispute(payment).id);
  await shop.deliverNew();
  expect(shop.notices.at(-1)?.subject).toBe("[test] Dispute won: €32.00");
  expect(shop.events.map(({ type }) => type)).toEqual(["order.paid", "order.disputed"]);
});

test("a renewal that fails is told once while Stripe retries, and once when Stripe gives up", async () => {
  shop = openOwnersShop();
  const { subscription } = await shop.order("price_almanac_monthly");
  shop.stripe.account.failRenewal(subscription);
  await shop.deliverNew();
  shop.stripe.account.failRenewal(subscription);
  await shop.deliverNew();
  shop.stripe.account.failRenewal(subscription, { final: "canceled" });
  await shop.deliverNew();

  const subjects = shop.notices.slice(1).map(({ subject }) => subject);
  expect(subjects).toEqual([
    "[test] A renewal could not be paid; Stripe will try again",
    "[test] A subscription has ended",
  ]);
  expect(shop.notices[1]?.text).toMatch(/Next try: \d+ \w+ 2026/);
  expect(shop.notices[2]?.text).toContain("Its last renewal could not be paid.");
  expect(shop.events.slice(1).map(({ type, data }) => [type, data["renewal"]])).toEqual([
    ["order.renewal_failed", "failed"],
    ["order.revoked", "failed_finally"],
  ]);
});

test("a renewal's last failure is told even if the subscription does not change", async () => {
  shop = openOwnersShop();
  const { orderId, subscription } = await shop.order("price_almanac_monthly");
  shop.stripe.account.failRenewal(subscription, { final: "unpaid" });
  await shop.deliverNew();
  expect((await controlOf(orderId)).mirror).toMatchObject({
    subscription: "unpaid",
    renewal: "failed_finally",
  });
  shop.stripe.account.payOverdueInvoice(subscription);
  await shop.deliverNew();
  expect(shop.notices.at(-1)?.subject).toBe("[test] A subscription has resumed");
  expect(shop.events.slice(-2).map(({ type }) => type)).toEqual(["order.resumed", "order.restored"]);
});

test("a renewal that waits for 3-D Secure has not failed", async () => {
  shop = openOwnersShop();
  const sessionId = await shop.openSession("price_almanac_monthly");
  shop.stripe.buyer.pay(sessionId, { card: "4000002500003155" });
  const types = Object.values(shop.stripe.state().events).map(({ type }) => type);
  expect(types).toContain("invoice.payment_failed");
  expect(new Set(await shop.deliverNew())).toEqual(new Set([200]));
  expect(shop.notices).toEqual([]);
  expect(shop.events).toEqual([]);
});

test("B02: a bank debit that fails in the end is told once, and nothing before that", async () => {
  shop = openOwnersShop();
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId, { delayed: "fails" });
  await shop.deliverNew();
  expect([shop.notices, shop.chats, shop.events]).toEqual([[], [], []]);

  shop.answers.chat = 500;
  shop.stripe.account.settleDelayed(orderId);
  expect(await shop.deliverNew()).toContain(503);
  expect(await openOrders(shop.store)).toEqual([orderId]);
  shop.answers.chat = 200;
  shop.clock.nowMs += 3_600_000;
  for (let delivery = 0; delivery < 2; delivery += 1) await shop.notify(orderId);

  const event = `payment_failed/${orderId}/1`;
  expect(shop.notices.map(({ subject, key }) => [subject, key])).toEqual([
    ["[test] A payment of €32.00 failed", `notice/${event}`],
  ]);
  expect(shop.notices[0]?.text).toContain("Nothing was delivered.");
  expect(shop.chats).toHaveLength(1);
  expect(shop.events.map(({ id, type }) => [id, type])).toEqual([[event, "order.payment_failed"]]);
  expect(shop.mails).toEqual([]);
  const control = await controlOf(orderId);
  expect(control).toMatchObject({ state: "payment_failed", steps: {} });
  // The chat that was down leaves no trace.
  expect([control.nextTryMs, control.lastError, control.lease]).toEqual([undefined, undefined, undefined]);
  expect(await openOrders(shop.store)).toEqual([]);
});

test("a chat that is down costs the buyer nothing; Stripe is asked to retry, and the other channels are not told twice", async () => {
  shop = openOwnersShop();
  shop.answers.chat = undefined;
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  const response = await shop.notify(orderId);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ error: { code: "news_failed" } });
  expect(shop.mails).toHaveLength(1);
  expect((await shop.status(orderId)).body).toMatchObject({ state: "fulfilled" });
  expect(await openOrders(shop.store)).toEqual([orderId]);

  shop.answers.chat = 200;
  shop.clock.nowMs += 30_000;
  expect((await shop.notify(orderId)).status).toBe(200);
  expect([shop.mails, shop.notices, shop.events, shop.chats].map(({ length }) => length)).toEqual([
    1, 1, 1, 1,
  ]);
  expect((await controlOf(orderId)).lastError).toBeUndefined();
  expect(await openOrders(shop.store)).toEqual([]);
});

test("reconciliation sends the messages that Stripe no longer retries", async () => {
  shop = openOwnersShop();
  shop.answers.server = 500;
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  await shop.notify(orderId);
  shop.answers.server = 200;
  shop.clock.nowMs += 3_600_000;
  const response = await shop.app.scheduledReconcile(
    new Request("https://shop.example/.netlify/functions/reconcile", { method: "POST" }),
  );
  expect(await response.json()).toMatchObject({ repaired: [orderId], unfinished: [] });
  expect(shop.events).toHaveLength(1);
});

test("a message is given up after 12 attempts: Stripe gets 200, the log and the health route say so, and the order stays fulfilled", async () => {
  shop = openOwnersShop();
  shop.answers.chat = 500;
  const { orderId } = await shop.order();
  for (let attempt = 0; attempt < 14; attempt += 1) {
    await shop.notify(orderId);
    shop.clock.nowMs += 3_600_000;
  }

  const control = await controlOf(orderId);
  expect(control.state).toBe("fulfilled");
  expect(control.news?.order?.deliveries.chat).toEqual({ state: "gave_up", attempts: 12 });
  expect(control.nextTryMs).toBeUndefined();
  expect(isOpen(control)).toBe(false);
  expect((await shop.notify(orderId)).status).toBe(200);
  expect(shop.log.filter(({ event }) => event === "news_given_up")).toEqual([
    expect.objectContaining({ orderId, news: "paid", channel: "chat", attempt: 12 }),
  ]);
  const health = await shop.app.health(new Request("https://shop.example/api/health"));
  expect([health.status, await health.json()]).toEqual([
    503,
    expect.objectContaining({ problems: ["notices_not_delivered"] }),
  ]);
  // The next order's notice is tried again, and what happened is forgotten after some days.
  shop.answers.chat = 200;
  await shop.order();
  expect(shop.chats).toHaveLength(1);
  shop.clock.nowMs += 3 * 24 * 3_600_000;
  const later = await shop.app.health(new Request("https://shop.example/api/health"));
  expect(await later.json()).toMatchObject({ problems: [] });
});

test.each([
  ["chat", 404],
  ["server", 410],
] as const)("a %s that answers %i is not asked again", async (channel, status) => {
  shop = openOwnersShop();
  shop.answers[channel] = status;
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  expect((await shop.notify(orderId)).status).toBe(200);
  const deliveries = (await controlOf(orderId)).news?.order?.deliveries;
  expect(deliveries?.[channel === "chat" ? "chat" : "webhook"]).toEqual({ state: "gave_up", attempts: 1 });
});

test("an order that needs attention is told without the address that a mail server quotes", async () => {
  shop = openOwnersShop({
    definition: {
      onPaid: () => {
        throw new NonRetriableError("550 no mailbox <buyer@example.com> here");
      },
    },
  });
  const { orderId } = await shop.order();
  const [attention, paid] = shop.notices.toSorted((one, other) => one.subject.localeCompare(other.subject));
  expect(paid?.subject).toBe("[test] New order: €32.00");
  expect(attention?.subject).toBe("[test] An order needs your attention");
  expect(attention?.text).toContain("onPaid: NonRetriableError: 550 no mailbox <[mail address]> here");
  expect(attention?.text).toContain(`npm run settle -- ${orderId}`);
  expect(shop.mails).toEqual([]);
});

test("onPaid runs before the buyer is mailed, with one key for all attempts, and again after it throws", async () => {
  const keys: string[] = [];
  let isBroken = true;
  shop = openOwnersShop({
    environment: {},
    definition: {
      async onPaid({ orderId, items }, { idempotencyKey, signal }) {
        expect(items).toHaveLength(1);
        expect(signal.aborted).toBe(false);
        expect(shop.mails).toEqual([]);
        keys.push(idempotencyKey);
        if (isBroken) throw new Error(`no room for ${orderId}`);
      },
    },
  });
  const { orderId } = await shop.order();
  expect((await controlOf(orderId)).state).toBe("paid");
  isBroken = false;
  shop.clock.nowMs += 30_000;
  expect((await shop.notify(orderId)).status).toBe(200);
  await shop.notify(orderId);
  expect(keys).toEqual([`onPaid/${orderId}`, `onPaid/${orderId}`]);
  expect(await controlOf(orderId)).toMatchObject({
    state: "fulfilled",
    steps: { onPaid: { state: "done", attempts: 2 }, mail: { state: "done" } },
  });
});

test("an order keeps no lease when Stripe fails to confirm a change, and the next event tells the change", async () => {
  shop = openOwnersShop();
  const { orderId, payment } = await shop.order();
  shop.stripe.account.refund(payment);
  let looks = 0;
  shop.stripe.faults.beforeApi = ({ method, url }) => {
    if (method !== "GET" || !url.includes(`/v1/checkout/sessions/${orderId}`)) return undefined;
    looks += 1;
    return looks > 1 ? Response.error() : undefined;
  };
  expect(new Set(await shop.deliverNew())).toEqual(new Set([503]));
  expect(await controlOf(orderId)).toMatchObject({ mirror: { fullyRefunded: true } });
  expect((await controlOf(orderId)).lease).toBeUndefined();

  shop.stripe.faults.beforeApi = undefined;
  expect((await shop.notify(orderId)).status).toBe(200);
  expect(shop.notices.at(-1)?.subject).toBe("[test] Refunded in full: €32.00");
});

test("onRevoked and onRestored run once for each change, with a key for each", async () => {
  const ran: string[] = [];
  shop = openOwnersShop({
    environment: {},
    definition: {
      onRevoked: (_, { idempotencyKey }) => void ran.push(idempotencyKey),
      onRestored: (_, { idempotencyKey }) => void ran.push(idempotencyKey),
    },
  });
  const { orderId, payment } = await shop.order();
  for (const _ of [1, 2]) {
    const refund = shop.stripe.account.refund(payment);
    await shop.deliverNew();
    shop.stripe.account.failRefund(refund.id);
    await shop.deliverNew();
  }
  expect(ran).toEqual([1, 2, 3, 4].map((n) => `${n % 2 === 1 ? "revoked" : "restored"}/${orderId}/${n}`));
});

test("A45: the record says of onRevoked and onRestored what earlier versions said", async () => {
  let isBroken = true;
  const run = (): void => {
    if (isBroken) throw new Error("no");
  };
  shop = openOwnersShop({ definition: { onPaid: () => undefined, onRevoked: run, onRestored: run } });
  const written = async (): Promise<unknown> => {
    const { steps, news, lastError } = await controlOf(orderId);
    return [Object.keys(steps), formatOutbox(news ?? {}), lastError];
  };
  const { orderId, payment } = await shop.order();
  const steps = ["record", "onPaid", "mail"];
  expect(await written()).toEqual([steps, "p1wd1md1hd1", undefined]);

  const refund = shop.stripe.account.refund(payment);
  await shop.deliverNew();
  expect(await written()).toEqual([steps, "p1wd1md1hd1 r1wd1md1hd1 v1cs1wd1", "code: Error: no"]);

  isBroken = false;
  shop.clock.nowMs += 3_600_000;
  await shop.notify(orderId);
  expect(await written()).toEqual([steps, "p1wd1md1hd1 r1wd1md1hd1 v1cd2wd1", undefined]);

  shop.stripe.account.failRefund(refund.id);
  await shop.deliverNew();
  expect(await written()).toEqual([steps, "p1wd1md1hd1 f2wd1md1hd1 b2cd1wd1", undefined]);
});

test("onRevoked that fails for good is left to the owner, who is shown it and may try again", async () => {
  let isBroken = true;
  let runs = 0;
  shop = openOwnersShop({
    environment: {},
    definition: {
      onRevoked() {
        runs += 1;
        if (isBroken) throw new Error("no");
      },
    },
  });
  const { orderId, payment } = await shop.order();
  shop.stripe.account.refund(payment);
  for (let attempt = 0; attempt < 14; attempt += 1) {
    await shop.notify(orderId);
    shop.clock.nowMs += 3_600_000;
  }
  expect(runs).toBe(12);
  const control = await controlOf(orderId);
  expect(control).toMatchObject({ state: "fulfilled", lastError: "code: Error: no" });
  expect(isOpen(control)).toBe(true);

  const report = await shop.app.scheduledReconcile(new Request("https://shop.example/r", { method: "POST" }));
  expect(await report.json()).toMatchObject({ flagged: [orderId] });
  isBroken = false;
  await shop.notify(orderId);
  expect(runs).toBe(12);
});

test("revoked and restored while the server is down: it is told of the second, because it may have got the first", async () => {
  shop = openOwnersShop();
  const { orderId, payment } = await shop.order();
  shop.answers.server = undefined;
  const refund = shop.stripe.account.refund(payment);
  await shop.deliverNew();
  shop.stripe.account.failRefund(refund.id);
  shop.answers.server = 200;
  await shop.deliverNew();
  expect((await controlOf(orderId)).news?.access).toMatchObject({ kind: "restored", count: 2 });
  expect(shop.events.at(-1)).toMatchObject({ type: "order.restored", data: { revoked: false } });
});

/** A shop whose owner's code fails while it is broken, and the keys that the code ran with. */
function openAccessShop(): { ran: string[]; code: { isBroken: boolean } } {
  const ran: string[] = [];
  const code = { isBroken: false };
  const run = (_: unknown, { idempotencyKey }: { idempotencyKey: string }): void => {
    if (code.isBroken) throw new Error("no");
    ran.push(idempotencyKey);
  };
  shop = openOwnersShop({ environment: {}, definition: { onRevoked: run, onRestored: run } });
  return { ran, code };
}

/** Stripe reports what has just happened; the shop notes it, but Stripe fails before any message is sent. */
async function noteOnly(orderId: string): Promise<void> {
  let looks = 0;
  shop.stripe.faults.beforeApi = ({ method, url }) => {
    if (method !== "GET" || !url.includes(`/v1/checkout/sessions/${orderId}`)) return undefined;
    looks += 1;
    return looks > 1 ? Response.error() : undefined;
  };
  await shop.deliverNew();
  shop.stripe.faults.beforeApi = undefined;
}

test("revoked, restored and revoked again: onRevoked that failed before is called again", async () => {
  const { ran, code } = openAccessShop();
  const { orderId, payment } = await shop.order();
  code.isBroken = true;
  const refund = shop.stripe.account.refund(payment);
  await shop.deliverNew();
  code.isBroken = false;
  shop.stripe.account.failRefund(refund.id);
  await noteOnly(orderId);
  expect((await controlOf(orderId)).news?.access).toMatchObject({ kind: "restored", count: 2 });

  shop.stripe.account.refund(payment);
  await shop.deliverNew();
  expect(await controlOf(orderId)).toMatchObject({ mirror: { fullyRefunded: true } });
  expect(ran).toEqual([`revoked/${orderId}/3`]);
});

test("restored, revoked and restored again: onRestored that failed before is called again", async () => {
  const { ran, code } = openAccessShop();
  const { orderId, payment } = await shop.order();
  const first = shop.stripe.account.refund(payment);
  await shop.deliverNew();
  code.isBroken = true;
  shop.stripe.account.failRefund(first.id);
  await shop.deliverNew();
  code.isBroken = false;
  const second = shop.stripe.account.refund(payment);
  await noteOnly(orderId);
  expect((await controlOf(orderId)).news?.access).toMatchObject({ kind: "revoked", count: 3 });

  shop.stripe.account.failRefund(second.id);
  await shop.deliverNew();
  expect(await controlOf(orderId)).toMatchObject({ mirror: { fullyRefunded: false } });
  expect(ran).toEqual([`revoked/${orderId}/1`, `restored/${orderId}/4`]);
});

test("an order that is older than its channels tells only what happens from now on", async () => {
  shop = openOwnersShop();
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  await shop.store.createSnapshot(snapshot(orderId, "poster"));
  await shop.store.writeControl(orderId, 0, {
    ...freshControl("0123456789abcdef"),
    state: "fulfilled",
    fence: 1,
    steps: { record: { state: "done", attempts: 1 }, mail: { state: "done", attempts: 1 } },
  });
  await shop.deliverNew();
  expect(shop.notices).toEqual([]);
  shop.stripe.account.refund(shop.stripe.state().checkoutIntents[orderId]?.paymentIntent ?? "", 100);
  await shop.deliverNew();
  expect(shop.events.map(({ type }) => type)).toEqual(["order.refunded"]);
});

test("OWNER_EMAIL without SMTP_URL: the log says so once, health as long as it lasts, and orders go on", async () => {
  const environment = { OWNER_EMAIL: OWNER.OWNER_EMAIL };
  const unmailed = openTestShop({ environment, replace: { mailer: undefined } });
  try {
    for (let order = 0; order < 2; order += 1) {
      const orderId = await unmailed.openSession();
      unmailed.stripe.buyer.pay(orderId);
      expect((await unmailed.notify(orderId)).status).toBe(200);
    }
    const warnings = unmailed.log.filter(({ event }) => event === "owner_not_mailed");
    expect(warnings).toEqual([
      expect.objectContaining({
        level: "warn",
        problem: expect.stringMatching(/^OWNER_EMAIL is set but SMTP_URL/),
      }),
    ]);
    const health = await unmailed.app.health(new Request("https://shop.example/api/health"));
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ problems: ["owner_email_needs_smtp_url"] });
  } finally {
    unmailed.close();
  }
  shop = openOwnersShop({ environment });
  await shop.order();
  expect((await shop.app.health(new Request("https://shop.example/api/health"))).status).toBe(200);
  expect(shop.log.map(({ event }) => event)).not.toContain("owner_not_mailed");
});

test("all of it works with orders kept in Stripe, too", async () => {
  shop = openOwnersShop({ engine: "stripe" });
  const { orderId, payment } = await shop.order();
  shop.stripe.account.refund(payment);
  await shop.deliverNew();
  expect(shop.events.map(({ type }) => type)).toEqual(["order.paid", "order.refunded", "order.revoked"]);
  const record = shop.stripe.state().checkoutSessions[orderId]?.metadata?.["static_checkout_order"] ?? "";
  expect(JSON.parse(record)).toMatchObject({ v: 2, g: "p1wd1md1hd1 r1wd1md1hd1 v1wd1" });
});

test("the library of Standard Webhooks accepts the signature", async () => {
  const requests: OutgoingRequest[] = [];
  shop = openOwnersShop({ onPost: (request) => requests.push(request), now: Date.now });
  const { orderId } = await shop.order();
  const request = requests.find(({ url }) => url.href === OWNER.ORDER_WEBHOOK_URL);
  const verified = new Webhook(SECRET).verify(request?.body ?? "", { ...request?.headers });
  expect(verified).toMatchObject({ type: "order.paid", data: { id: orderId } });
  expect(() => new Webhook(SECRET).verify(`${request?.body} `, { ...request?.headers })).toThrow(
    /signature/i,
  );
});
