import { afterEach, describe, expect, test } from "vitest";

import { createApp } from "../../../../core/app.ts";
import { createLicenseSigner } from "../../../../core/delivery/licenses/license-signer.ts";
import { licensesOf } from "../../../../core/delivery/licenses/licenses-of.ts";
import { parseSigningKey } from "../../../../core/delivery/licenses/signing-key.ts";
import type { OrderItem, OrderSnapshot } from "../../../../core/orders/order.ts";
import { APP_SHOP, KEYS } from "../../../licenses/license-shop.ts";
import { purchase } from "../../../support/purchase.ts";
import { ENVIRONMENT, openTestShop, signedWebhook, type TestShop } from "../../../support/test-shop.ts";
import { siteOf } from "../../../support/test-site.ts";

const SECRET = { LICENSE_PRIVATE_KEY: KEYS.first.secret };
const SITE = siteOf(APP_SHOP);
const signer = createLicenseSigner([parseSigningKey(KEYS.first.secret)].filter((key) => key !== undefined));

let shop: TestShop;
afterEach(() => shop.close());

type ShopOptions = NonNullable<Parameters<typeof openTestShop>[0]>;

function open(options: ShopOptions = {}): void {
  shop = openTestShop({ site: SITE, environment: SECRET, ...options });
}

async function paidOrder(priceId = "price_app_license", pay = {}): Promise<string> {
  const orderId = await shop.openSession(priceId);
  shop.stripe.buyer.pay(orderId, pay);
  await shop.notify(orderId);
  return orderId;
}

async function keyOf(orderId: string): Promise<string> {
  const [key] = licensesOf(await snapshotOf(orderId), SITE, signer).flatMap(({ keys }) => keys);
  if (key === undefined) throw new Error("the order brings no license");
  return key;
}

async function snapshotOf(orderId: string): Promise<OrderSnapshot> {
  const snapshot = await shop.store.readSnapshot(orderId);
  if (snapshot === undefined) throw new Error("there is no order");
  return snapshot;
}

/** The key of a session, without asking a store for it. */
function keyFor(orderId: string): string {
  return signer.issue({ orderId, livemode: false, createdMs: shop.clock.nowMs }, "ebb", 1);
}

async function ask(body: string, headers: Record<string, string> = {}) {
  const request = new Request("https://shop.example/api/license", { method: "POST", body, headers });
  const response = await shop.app.license(request);
  return { status: response.status, body: (await response.json()) as Record<string, unknown>, response };
}

const statusOf = async (key: string) => (await ask(JSON.stringify({ key }))).body["status"];

/** Delivers every event so far, and waits until no answer is cached. */
async function deliverAll(): Promise<void> {
  for (const { type, snapshot } of Object.values(shop.stripe.state().events))
    await shop.notify(snapshot.id, type);
  shop.clock.nowMs += 31_000;
}

const paymentOf = (orderId: string) => String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent);

const stripeCalls = () => shop.stripe.calls().length;

describe.for(["memory", "stripe"] as const)("orders in %s", (engine) => {
  test("a key is valid while its order is paid, and revoked after a full refund", async () => {
    open({ engine });
    const orderId = await paidOrder();
    const key = keyFor(orderId);
    expect(await statusOf(key)).toBe("valid");

    shop.stripe.account.refund(paymentOf(orderId), 500);
    await deliverAll();
    expect(await statusOf(key)).toBe("valid");

    shop.stripe.account.refund(paymentOf(orderId));
    await deliverAll();
    expect(await statusOf(key)).toBe("revoked");
  });

  test("a key is unknown before the payment arrives", async () => {
    open({ engine });
    const orderId = await shop.openSession("price_app_license");
    expect(await statusOf(keyFor(orderId))).toBe("unknown");
  });
});

test("a lost dispute revokes a key, and an open one does not", async () => {
  open();
  const orderId = await paidOrder();
  const key = await keyOf(orderId);
  const dispute = shop.stripe.account.dispute(paymentOf(orderId));
  await deliverAll();
  expect(await statusOf(key)).toBe("valid");
  shop.stripe.account.loseDispute(dispute.id);
  await deliverAll();
  expect(await statusOf(key)).toBe("revoked");
});

test("a bank refund that fails makes a key valid again", async () => {
  open({
    site: siteOf({ prices: { price_print_deposit: { deliver: [{ kind: "license", product: "ebb" }] } } }),
  });
  const orderId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(orderId, { delayed: "succeeds" });
  shop.stripe.account.settleDelayed(orderId);
  await deliverAll();
  const key = keyFor(orderId);
  const refund = shop.stripe.account.refund(paymentOf(orderId));
  await deliverAll();
  expect(await statusOf(key)).toBe("revoked");
  shop.stripe.account.failRefund(refund.id);
  await deliverAll();
  expect(await statusOf(key)).toBe("valid");
});

test("a subscription's key is valid until the subscription ends", async () => {
  open();
  const orderId = await paidOrder("price_almanac_monthly");
  const key = await keyOf(orderId);
  expect(key).toContain("-price_almanac_monthly.");
  expect(await statusOf(key)).toBe("valid");
  shop.stripe.account.cancelSubscription(String(shop.stripe.state().checkoutSessions[orderId]?.subscription));
  await deliverAll();
  expect(await statusOf(key)).toBe("revoked");
});

test("made-up keys and keys of another shop or mode are unknown, without a look at any order", async () => {
  open({ engine: "stripe" });
  const orderId = await paidOrder();
  const key = keyFor(orderId);
  const stranger = createLicenseSigner([{ from: "20261101", seed: Buffer.alloc(32, 1) }]);
  const order = { orderId, livemode: false, createdMs: shop.clock.nowMs };
  const live = { ...order, orderId: orderId.replace("test", "live"), livemode: true };
  const before = stripeCalls();
  for (const unknown of [
    "",
    "hello",
    key.slice(0, -2),
    stranger.issue(order, "ebb", 1),
    signer.issue(live, "ebb", 1),
  ])
    expect(await statusOf(unknown)).toBe("unknown");
  expect(stripeCalls()).toBe(before);
});

test("a key of an order that does not exist is unknown", async () => {
  open();
  expect(await statusOf(keyFor("cs_test_nobodyKnowsThis0001"))).toBe("unknown");
});

test("many copies of the software that ask at once cost one look at the order", async () => {
  open({ engine: "stripe" });
  const key = keyFor(await paidOrder());
  const before = stripeCalls();
  const answers = await Promise.all(Array.from({ length: 200 }, () => statusOf(key)));
  expect(new Set(answers)).toEqual(new Set(["valid"]));
  expect(stripeCalls() - before).toBe(1);
});

test("A26: answers 503 while Stripe is down, and asks Stripe again at the next question", async () => {
  open({ engine: "stripe" });
  const key = keyFor(await paidOrder());
  shop.stripe.faults.beforeApi = () => Response.json({ error: { type: "api_error" } }, { status: 500 });
  const { status, body, response } = await ask(JSON.stringify({ key }));
  expect({ status, body }).toMatchObject({ status: 503, body: { error: { code: "try_again" } } });
  expect(response.headers.get("retry-after")).toBe("60");
  shop.stripe.faults.beforeApi = undefined;
  expect(await statusOf(key)).toBe("valid");
});

test.for([
  ["", "invalid_json"],
  ["{", "invalid_json"],
  ["null", "invalid_request"],
  ['"LICENSE1"', "invalid_request"],
  ['{"key":1}', "invalid_request"],
  ['{"KEY":"LICENSE1"}', "invalid_request"],
  [JSON.stringify({ key: "L".repeat(1_001) }), "invalid_request"],
])("the question %j is refused with 400 %s", async ([question = "", code]) => {
  open();
  expect(await ask(question)).toMatchObject({ status: 400, body: { error: { code } } });
});

test("C10: a question longer than any key is refused with 413", async () => {
  open();
  expect((await ask(`{"key":"${"L".repeat(5_000)}"}`)).status).toBe(413);
});

test("C15: no key gets into the log, whatever the answer", async () => {
  open();
  const orderId = await paidOrder();
  const key = await keyOf(orderId);
  await statusOf(key);
  await statusOf(`${key}A`);
  await ask(`{"key":"${key}"`);
  const lines = JSON.stringify(shop.log);
  expect(lines).toContain('"route":"license"');
  expect(lines).not.toContain(key.slice(20, 60));
  expect(lines).not.toContain(key.slice(-40));
});

test("I8 B19: an order's keys are noted once, before the mail, and are the same however often they are asked for", async () => {
  open();
  const orderId = await paidOrder();
  const first = await keyOf(orderId);
  shop.clock.nowMs += 400 * 24 * 3_600_000;
  await shop.notify(orderId);
  expect(await keyOf(orderId)).toBe(first);
  expect((await shop.store.readControl(orderId))?.control.steps).toMatchObject({
    license: { state: "done", attempts: 1 },
  });
});

test("an order without license keys skips the step, and a shop without them does not have it", async () => {
  open();
  const orderId = await paidOrder("price_poster_a2");
  expect((await shop.store.readControl(orderId))?.control.steps).toMatchObject({
    license: { state: "skipped" },
    mail: { state: "done" },
  });
  shop.close();
  open({ site: siteOf() });
  const plain = await paidOrder("price_poster_a2");
  expect((await shop.store.readControl(plain))?.control.steps).not.toHaveProperty("license");
});

test("E12: without a secret the price is not sold, other prices are, and health says what is missing", async () => {
  open({ environment: {} });
  const buy = (priceId: string) => shop.app.createCheckoutSession(purchase({ price_id: priceId }));
  const refused = await buy("price_app_license");
  expect(refused.status).toBe(500);
  expect(await refused.json()).toMatchObject({ error: { code: "item_not_deliverable" } });
  expect(shop.log).toContainEqual(
    expect.objectContaining({
      event: "license_key_missing",
      fix: expect.stringMatching(/^LICENSE_PRIVATE_KEY/),
    }),
  );
  expect((await buy("price_poster_a2")).status).toBe(200);

  const health = await shop.app.health(new Request("https://shop.example/api/health"));
  expect(health.status).toBe(503);
  expect(await health.json()).toMatchObject({ ok: false, problems: ["license_key_missing"] });
});

test("E12: an order that was paid before the secret was lost is flagged with the variable's name, and not mailed", async () => {
  open({ environment: {}, site: siteOf() });
  const orderId = await shop.openSession("price_app_license");
  const { storage, stripe } = shop;
  stripe.buyer.pay(orderId);
  // The next deployment sells licenses, and has no secret.
  const mails: unknown[] = [];
  const app = createApp(ENVIRONMENT, SITE, {
    storage,
    fetch: stripe.fetch,
    now: () => shop.clock.nowMs,
    mailer: { send: async (mail) => void mails.push(mail) },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  const type = "checkout.session.completed";
  const event = { object: "event", id: "evt_1", type, livemode: false, data: { object: { id: orderId } } };
  const response = await app.webhook(signedWebhook(JSON.stringify(event), shop.clock.nowMs));
  expect(response.status).toBe(200);
  expect((await shop.store.readControl(orderId))?.control).toMatchObject({
    state: "needs_attention",
    lastError: expect.stringMatching(/LICENSE_PRIVATE_KEY is not set .* deploy\.$/),
  });
  expect(mails).toEqual([]);
});

test("B04: an order that was refunded before its delivery gets no key", async () => {
  open();
  const orderId = await shop.openSession("price_app_license");
  shop.stripe.buyer.pay(orderId);
  shop.stripe.account.refund(paymentOf(orderId));
  await shop.notify(orderId);
  expect((await shop.store.readControl(orderId))?.control.steps).toMatchObject({
    license: { state: "skipped" },
  });
});

const item = (change: Partial<OrderItem>): OrderItem => ({
  priceId: "price_1",
  name: "Ebb for Mac",
  quantity: 1,
  amountMinor: 2900,
  ...change,
});

function orderOf(items: OrderItem[]): OrderSnapshot {
  return {
    v: 1,
    orderId: "cs_test_a1SxQ7rT4uVwXyZ0123456789",
    livemode: false,
    mode: "payment",
    createdMs: Date.UTC(2026, 10, 21),
    items,
    currency: "eur",
    totalMinor: 2900,
    buyer: { email: "ada@example.com", name: "Ada Lovelace" },
  };
}

/** The readable part of each key. */
const readable = (items: OrderItem[], prices: NonNullable<typeof APP_SHOP.prices>) =>
  licensesOf(orderOf(items), { shop: { prices }, catalog: { prices: {} } }, signer).map(({ name, keys }) => [
    name,
    ...keys.map((key) => key.split(".")[0]?.split("-").slice(3).join("-")),
  ]);

test("every unit has a key, numbered across all lines that bring the same product", () => {
  const prices = {
    price_1: {
      deliver: [
        { kind: "license", product: "ebb" },
        { kind: "license", name: "Plug-in", product: "ebb-plugin" },
      ],
    },
    price_2: {
      deliver: [
        { kind: "text", name: "Hello", text: "…" },
        { kind: "license", product: "ebb" },
      ],
    },
    price_3: {},
  } as const;
  const items = [
    item({ quantity: 2 }),
    item({ priceId: "price_2", name: "Ebb, upgrade" }),
    item({ priceId: "price_3", name: "Poster" }),
  ];
  expect(readable(items, prices)).toEqual([
    ["Ebb for Mac", "1-ebb", "2-ebb"],
    ["Plug-in", "1-ebb-plugin", "2-ebb-plugin"],
    ["Ebb, upgrade", "3-ebb"],
  ]);
});

test("without a product of its own a key names the price's id, which never changes, even an odd one", () => {
  const license = { deliver: [{ kind: "license" }] } as const;
  const byLookupKey = [item({ priceId: "price_9", lookupKey: "ebb" })];
  expect(readable(byLookupKey, { ebb: license })).toEqual([["Ebb for Mac", "1-price_9"]]);
  const odd = "gold plan.€";
  expect(readable([item({ priceId: odd })], { [odd]: license })).toEqual([["Ebb for Mac", "1-gold-plan--"]]);
});

test("C15: a key holds nothing about the buyer", () => {
  const items = [item({})];
  const site = {
    shop: { prices: { price_1: { deliver: [{ kind: "license" as const }] } } },
    catalog: { prices: {} },
  };
  const someoneElse = { ...orderOf(items), buyer: { email: "grace@example.com" } };
  expect(licensesOf(someoneElse, site, signer)).toEqual(licensesOf(orderOf(items), site, signer));
});
