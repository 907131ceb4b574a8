import { afterEach, beforeEach, expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import { newControl } from "../../../../core/orders/control-record.ts";
import { reconcile, type ReconcileReport } from "../../../../core/reconciliation/reconcile.ts";
import { createStripeOrderStore } from "../../../../core/stores/stripe-order-store.ts";
import { siteOf } from "../../../support/test-site.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

/** The storage in Stripe rests on five assumptions. Each is broken here, and restored. */
const RECORD = "static_checkout_order";
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop({ engine: "stripe", environment: OWNER });
});
afterEach(() => shop.close());

const OWNER = {
  OWNER_EMAIL: "owner@shop.example",
  SMTP_URL: "smtps://u:p@smtp.example:465",
  MAIL_FROM: "s@shop.example",
};

async function paidSession(): Promise<string> {
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  return orderId;
}

const metadataOf = (orderId: string): Record<string, string> =>
  shop.stripe.state().checkoutSessions[orderId]?.metadata ?? {};

/** Another program on the account, which knows nothing of this shop. */
async function foreignWrite(orderId: string, metadata: Record<string, string> | ""): Promise<void> {
  const { stripe } = await servicesOf(shop, { storage: undefined });
  await stripe.checkout.sessions.update(orderId, { metadata });
}

async function problems(): Promise<string[]> {
  shop.clock.nowMs += 10_000;
  const answer = await shop.app.health(new Request("https://shop.example/api/health"));
  return ((await answer.json()) as { problems: string[] }).problems;
}

async function run(): Promise<ReconcileReport> {
  const services = await servicesOf(shop, { storage: undefined });
  return reconcile(
    createDeadline(() => shop.clock.nowMs, HOUR_MS),
    services,
  );
}

const errors = (event: string): Record<string, unknown>[] =>
  shop.log.filter((line) => line["event"] === event);
const toBuyers = (): number => shop.mails.filter(({ to }) => to !== OWNER.OWNER_EMAIL).length;
const toOwner = (): string[] =>
  shop.mails.filter(({ to }) => to === OWNER.OWNER_EMAIL).map(({ subject }) => subject);

function refuseWrites(status: number, message: string, alsoNotes = false): void {
  shop.stripe.faults.beforeApi = ({ method, url }) => {
    const isNote = url.includes("/products");
    if (method !== "POST" || !(url.includes("/sessions/cs_") || (alsoNotes && isNote))) return undefined;
    return Response.json({ error: { type: "invalid_request_error", message } }, { status });
  };
}

test.for([
  [403, "The provided key does not have the required permissions: 'rak_checkout_session_write'"],
  [400, "A completed session cannot be updated."],
] as const)(
  "E27: metadata that cannot be written (%i) is reported at once in log, health and mail, and over once fixed",
  async ([status, message]) => {
    refuseWrites(status, message);
    const orderId = await paidSession();
    expect((await shop.notify(orderId)).status).toBe(503);
    expect(await problems()).toContain("storage_broken");
    expect(errors("storage_broken")).toMatchObject([{ orderId, reason: "write_refused" }]);
    expect(toOwner()).toEqual(["Your shop cannot keep its records in Stripe as it should"]);
    expect((await shop.notify(orderId)).status).toBe(503);
    expect(toOwner()).toHaveLength(1);
    expect(toBuyers()).toBe(0);

    shop.stripe.faults.beforeApi = undefined;
    expect((await shop.notify(orderId)).status).toBe(200);
    await run();
    expect(await problems()).not.toContain("storage_broken");
    expect(toBuyers()).toBe(1);
  },
);

test("E28: a session whose 50 metadata keys are taken is reported at once, and settled once there is room", async () => {
  const orderId = await paidSession();
  const taken = Object.keys(metadataOf(orderId)).length;
  const foreign = Object.fromEntries(Array.from({ length: 50 - taken }, (_, index) => [`crm_${index}`, "x"]));
  await foreignWrite(orderId, foreign);
  expect((await shop.notify(orderId)).status).toBe(503);
  expect(await problems()).toContain("storage_broken");

  await foreignWrite(orderId, { crm_0: "", crm_1: "" });
  expect((await run()).repaired).toEqual([orderId]);
  expect(await problems()).not.toContain("storage_broken");
  expect(toBuyers()).toBe(1);
});

/** An order with a line that the dashboard added: its name is written beside the record, and before it. */
async function paidWithAddedLine(): Promise<string> {
  shop.close();
  const deliver = [{ kind: "link", name: "A file", url: "https://files.example/a" }] as const;
  const site = siteOf({ prices: { app_license: { deliver }, ebook_tides: { deliver } } });
  shop = openTestShop({ engine: "stripe", environment: OWNER, site });
  const orderId = await shop.openSession("app_license");
  shop.stripe.buyer.pay(orderId, { adds: [{ price: "price_ebook_tides" }] });
  return orderId;
}

test("E27: an added line that cannot be written for a missing permission is reported at once, and over once fixed", async () => {
  const orderId = await paidWithAddedLine();
  refuseWrites(403, "no permission");
  expect((await shop.notify(orderId)).status).toBe(503);
  expect(await problems()).toContain("storage_broken");
  expect(errors("storage_broken")).toMatchObject([{ orderId, reason: "write_refused" }]);
  expect(toOwner()).toEqual(["Your shop cannot keep its records in Stripe as it should"]);

  shop.stripe.faults.beforeApi = undefined;
  expect((await run()).repaired).toEqual([orderId]);
  expect(await problems()).not.toContain("storage_broken");
  expect(toBuyers()).toBe(1);
});

test.for([0, 1])(
  "E28: an added line for which the session's metadata has no room (%i keys left) is reported at once",
  async (room) => {
    const orderId = await paidWithAddedLine();
    const taken = Object.keys(metadataOf(orderId)).length + room;
    await foreignWrite(
      orderId,
      Object.fromEntries(Array.from({ length: 50 - taken }, (_, index) => [`crm_${index}`, "x"])),
    );
    expect((await shop.notify(orderId)).status).toBe(503);
    expect(await problems()).toContain("storage_broken");
    await foreignWrite(orderId, { crm_0: "", crm_1: "", crm_2: "", crm_3: "" });
    expect((await run()).repaired).toEqual([orderId]);
    expect(await problems()).not.toContain("storage_broken");
    expect(toBuyers()).toBe(1);
  },
);

test("E27: a corrected address that cannot be written is reported, too", async () => {
  const orderId = await paidSession();
  await shop.notify(orderId);
  refuseWrites(403, "no permission");
  const { store } = await servicesOf(shop, { storage: undefined });
  await expect(store.correctMailAddress(orderId, "buyer@new.example")).rejects.toThrow("no permission");
  expect(await problems()).toContain("storage_broken");
});

test("E28: a corrected address that cannot be written, either, forgets no spent version", async () => {
  const orderId = await paidSession();
  refuseWrites(403, "no permission");
  await shop.notify(orderId);
  const { store, storageAlarm } = await servicesOf(shop, { storage: undefined });
  await expect(store.correctMailAddress(orderId, "buyer@new.example")).rejects.toThrow("no permission");
  expect(await storageAlarm.refusedVersion(orderId)).toBe(1);
});

test("E28: a version that was refused once and has been written since is not skipped: the other writers have lost", async () => {
  const orderId = await paidSession();
  const { stripe, identity } = await servicesOf(shop, { storage: undefined });
  const options = { livemode: false, identity, now: () => shop.clock.nowMs };
  const winner = createStripeOrderStore(stripe, options);
  const loser = createStripeOrderStore(stripe, { ...options, refusedVersion: async () => 1 });
  const control = { ...newControl(), state: "paid" } as const;
  await loser.readControl(orderId);
  expect(await winner.writeControl(orderId, 0, { ...control, writeId: "winner" })).toEqual({ version: 1 });
  for (let round = 0; round < 7; round += 1)
    expect(await loser.writeControl(orderId, 0, { ...control, writeId: `loser${round}` })).toBe("conflict");
  expect(await winner.readControl(orderId)).toMatchObject({ version: 1, control: { writeId: "winner" } });
});

test("E29: a record that was made unreadable for good is flagged and answered 200, and nothing is delivered again", async () => {
  const orderId = await paidSession();
  await shop.notify(orderId);
  const ruined = Object.keys(metadataOf(orderId)).filter((key) => key.startsWith(RECORD));
  await foreignWrite(orderId, Object.fromEntries(ruined.map((key) => [key, "n/a"])));
  const answer = await shop.notify(orderId);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ outcome: "needs_attention" });
  expect(await problems()).toContain("storage_broken");
  const report = await run();
  expect(report).toMatchObject({ flagged: [orderId], unfinished: [], incomplete: [] });
  expect(await problems()).toEqual(expect.arrayContaining(["storage_broken", "orders_need_attention"]));
  expect(toBuyers()).toBe(1);
});

test("E29: a record of a newer format waits: 503, and storage is not reported as broken", async () => {
  const orderId = await paidSession();
  await shop.notify(orderId);
  const { [RECORD]: record = "" } = metadataOf(orderId);
  await foreignWrite(orderId, { [RECORD]: record.replace(/"v":\d/, '"v":4') });
  expect((await shop.notify(orderId)).status).toBe(503);
  expect(await problems()).not.toContain("storage_broken");
});

test.for(["at once", "after Stripe has forgotten the keys"])(
  "E30: a record that another program's stale copy has overwritten is read from its own copy, %s: no mail is sent again",
  async (when) => {
    const orderId = await paidSession();
    let stale: Record<string, string> = {};
    // The program reads while the mail is under way, and writes what it read when the order is done.
    shop.stripe.faults.afterApi = ({ method, url }, response) => {
      const { [RECORD]: record = "" } = metadataOf(orderId);
      if (method === "POST" && url.includes(orderId) && record.includes('"mail":"s1"'))
        stale = { ...metadataOf(orderId) };
      return response;
    };
    expect((await shop.notify(orderId)).status).toBe(200);
    shop.stripe.faults.afterApi = undefined;
    expect(stale[RECORD]).toContain('"s":"paid"');
    await foreignWrite(orderId, { ...stale, crm: "42" });
    expect(metadataOf(orderId)[RECORD]).toContain('"s":"paid"');

    if (when !== "at once") shop.clock.nowMs += 25 * HOUR_MS;
    expect(await (await shop.notify(orderId)).json()).toMatchObject({ outcome: "fulfilled" });
    await run();
    expect((await shop.status(orderId)).body).toMatchObject({ state: "fulfilled" });
    expect(toBuyers()).toBe(1);
    expect(await problems()).toContain("storage_broken");
    expect(errors("storage_broken")).toMatchObject([{ orderId, reason: "overwritten" }]);

    // The next write puts the newest record in its place, and leaves one copy.
    shop.stripe.account.refund(String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent), 100);
    await run();
    expect(metadataOf(orderId)[RECORD]).toContain('"s":"fulfilled"');
    expect(Object.keys(metadataOf(orderId)).filter((key) => key.startsWith(`${RECORD}_`))).toHaveLength(1);
    shop.clock.nowMs += 25 * HOUR_MS;
    await run();
    expect(await problems()).not.toContain("storage_broken");
  },
);

test("E31: an older record without any copy, whose next versions are spent, is reported once no write under way explains it", async () => {
  const orderId = await paidSession();
  await shop.notify(orderId);
  const { stripe } = await servicesOf(shop, { storage: undefined });
  const { [RECORD]: record = "", static_checkout: marker = "" } = metadataOf(orderId);
  await stripe.checkout.sessions.update(orderId, { metadata: "" });
  const stale = record
    .replace(/"n":\d+/, '"n":1')
    .replace('"s":"fulfilled"', '"s":"paid"')
    .replace('"mail":"d1"', '"mail":"s1"');
  await foreignWrite(orderId, { static_checkout: marker, [RECORD]: stale });

  const other = await servicesOf(shop, { storage: undefined });
  const settle = () =>
    other.store.writeControl(orderId, 1, {
      ...JSON.parse(
        '{"v":1,"state":"paid","mirror":{"refundedMinor":0,"fullyRefunded":false},"fence":1,"steps":{}}',
      ),
      writeId: "w",
    });
  for (let round = 0; round < 7; round += 1) expect(await settle()).toBe("conflict");
  const before = shop.stripe.calls().length;
  await expect(settle()).rejects.toThrow(/again and again/);
  expect(shop.stripe.calls()).toHaveLength(before);
  expect(await problems()).not.toContain("storage_broken");
  shop.clock.nowMs += 6 * MINUTE_MS;
  expect(await problems()).toContain("storage_broken");
  expect(toBuyers()).toBe(1);
});

test.for([
  ["fails", { type: "api_error", message: "An unknown error occurred" }, 500],
  ["is refused", { type: "invalid_request_error", message: "no permission" }, 403],
  [
    "is spoilt",
    { type: "idempotency_error", message: "Keys can only be used with the same parameters" },
    400,
  ],
] as const)(
  "D52: an order whose record cannot be written is shown in its last known state: a write %s",
  async ([, error, status]) => {
    const sessionId = await shop.openSession("price_print_deposit");
    shop.stripe.buyer.pay(sessionId, { delayed: "succeeds" });
    await shop.notify(sessionId);
    shop.stripe.faults.beforeApi = ({ method }) =>
      method === "POST" ? Response.json({ error }, { status }) : undefined;
    for (let look = 0; look < 9; look += 1) {
      shop.clock.nowMs += 6_000;
      const calls = shop.stripe.calls().length;
      expect(await shop.status(sessionId)).toMatchObject({
        status: 200,
        body: { state: "awaiting_payment" },
      });
      expect(shop.stripe.calls().length - calls).toBeLessThanOrEqual(5);
    }
  },
);

test("E32: if Stripe answers a second write of a version with the answer to the first, the second has lost, and the owner is told", async () => {
  const bodies = new Map<string, string>();
  const forgetful: typeof fetch = async (input, init) => {
    const key = new Headers(init?.headers).get("idempotency-key");
    const isRecord = String(input instanceof Request ? input.url : input).includes("/sessions/cs_");
    if (key === null || !isRecord || typeof init?.body !== "string") return shop.stripe.fetch(input, init);
    const body = bodies.get(key) ?? init.body;
    bodies.set(key, body);
    return shop.stripe.fetch(input, { ...init, body });
  };
  const orderId = await paidSession();
  const first = await servicesOf(shop, { storage: undefined, fetch: forgetful });
  const second = await servicesOf(shop, { storage: undefined, fetch: forgetful });
  const control = {
    v: 1,
    state: "paid",
    mirror: { refundedMinor: 0, fullyRefunded: false },
    fence: 1,
    steps: {},
  } as const;
  expect(await first.store.writeControl(orderId, 0, { ...control, writeId: "first" })).toEqual({
    version: 1,
  });
  expect(await second.store.writeControl(orderId, 0, { ...control, writeId: "second" })).toBe("conflict");
  expect((await second.store.readControl(orderId))?.control.writeId).toBe("first");
  expect(await problems()).toContain("storage_broken");
});

test("E33: where the notes cannot be written, either, the log says so, and so does health of an instance that saw it", async () => {
  refuseWrites(403, "no permission", true);
  const orderId = await paidSession();
  expect((await shop.notify(orderId)).status).toBe(503);
  expect(errors("storage_broken")).toMatchObject([{ orderId, reason: "write_refused" }]);
  expect(errors("storage_broken_not_noted")).toMatchObject([{ orderId }]);
  expect(await problems()).toContain("storage_broken");
  expect(shop.mails).toEqual([]);
});

test("E27: the note keeps as many of the newest orders that cannot be written as it has room for", async () => {
  refuseWrites(403, "no permission");
  const orderIds: string[] = [];
  for (let index = 0; index < 12; index += 1) {
    const orderId = await paidSession();
    orderIds.unshift(orderId);
    await shop.notify(orderId);
  }
  expect(await problems()).toContain("storage_broken");
  const { bookkeeping } = await servicesOf(shop, { storage: undefined });
  const note = await bookkeeping.read("storage_broken");
  // Version 0.1.0 reads a number first.
  expect(note?.text).toMatch(/^\d+ write_refused:/);
  const kept = note?.text
    .split(" ")
    .slice(1)
    .map((word) => word.split(":"));
  expect(kept?.map(([trouble, , , orderId]) => [trouble, orderId])).toEqual(
    orderIds.slice(0, 4).map((orderId) => ["write_refused", orderId]),
  );
  expect(note?.text.length).toBeLessThanOrEqual(480);
});
