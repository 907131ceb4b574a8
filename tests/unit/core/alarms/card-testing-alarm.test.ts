import { afterEach, beforeEach, expect, test } from "vitest";

import { createApp, type App } from "../../../../core/app.ts";
import { createJsonLog } from "../../../../core/log/log.ts";
import { createMemoryStorage } from "../../../../core/stores/memory-storage.ts";
import type { Storage } from "../../../../core/stores/storage.ts";
import { purchase } from "../../../support/purchase.ts";
import { ENVIRONMENT, openTestShop, signedWebhook, type TestShop } from "../../../support/test-shop.ts";
import { siteOf } from "../../../support/test-site.ts";

const LIMITS = { CHECKOUTS_PER_MINUTE: "5", CHECKOUTS_PER_MINUTE_TOTAL: "100" };

let engine: Storage;
let shop: TestShop;
beforeEach(() => {
  engine = createMemoryStorage();
  shop = openTestShop({ replace: { storage: engine }, environment: LIMITS });
});
afterEach(() => shop.close());

function buy(ip: string, app: App = shop.app): Promise<Response> {
  return app.createCheckoutSession(purchase(), { ip });
}

async function buyOften(times: number, ip: string, app?: App): Promise<void> {
  for (let call = 0; call < times; call += 1) await buy(ip, app);
}

const alarms = () => shop.log.filter(({ event }) => event === "card_testing_suspected");

async function problems(): Promise<unknown> {
  // A healthy answer is cached for a minute.
  shop.clock.nowMs += 61_000;
  const response = await shop.app.health(new Request("https://shop.example/api/health"));
  return ((await response.json()) as { problems: unknown }).problems;
}

test("D11: fifty refusals within an hour alarm the owner once, and health says so for an hour", async () => {
  await buyOften(5 + 49, "192.0.2.1");
  expect(alarms()).toEqual([]);
  expect(await problems()).toEqual([]);

  await buyOften(200, "192.0.2.1");
  expect(alarms()).toEqual([
    expect.objectContaining({
      level: "error",
      sign: "address_limit",
      fix: expect.stringContaining("stolen"),
    }),
  ]);
  expect(await problems()).toEqual(["card_testing_suspected"]);

  shop.clock.nowMs += 3_600_000;
  expect(await problems()).toEqual([]);
});

test("D11: the owner is told by mail and in the chat, once; a chat that is down does not stop a buyer", async () => {
  const said: string[] = [];
  shop.close();
  shop = openTestShop({
    environment: {
      ...LIMITS,
      OWNER_EMAIL: "owner@shop.example",
      OWNER_WEBHOOK_URL: "https://chat.example/hook",
    },
    replace: {
      storage: engine,
      mailer: { send: async ({ to, subject }) => void said.push(`${to}: ${subject}`) },
      post: async ({ body }) => {
        said.push(`chat: ${body}`);
        throw new Error("the chat is down");
      },
    },
  });
  await buyOften(5 + 120, "192.0.2.1");
  expect(said).toEqual([
    "owner@shop.example: Someone may be trying out stolen cards in your shop",
    expect.stringMatching(/^chat: .*stolen cards/),
  ]);
  expect(alarms()).toHaveLength(1);
  expect(shop.log.filter(({ event }) => event === "alarm_failed")).toHaveLength(1);
  expect((await buy("198.51.100.1")).status).toBe(200);
});

test("D11: a chat that never answers keeps no buyer waiting longer than four seconds", async () => {
  shop.close();
  const schedule = (delayMs: number, callback: () => void) => {
    if (delayMs <= 4_000) setImmediate(callback);
    return () => undefined;
  };
  shop = openTestShop({
    environment: { ...LIMITS, OWNER_WEBHOOK_URL: "https://chat.example/hook" },
    replace: { storage: engine, schedule, post: () => new Promise(() => undefined) },
  });
  await buyOften(5 + 51, "192.0.2.1");
  expect((await buy("192.0.2.1")).status).toBe(429);
  expect(shop.log.filter(({ event }) => event === "alarm_failed")).toHaveLength(1);
});

test("D11: an attack that lasts three hours alarms the owner three times", async () => {
  for (let hour = 0; hour < 3; hour += 1) {
    await buyOften(100, "192.0.2.1");
    shop.clock.nowMs += 3_600_000;
  }
  expect(alarms()).toHaveLength(3);
});

test("D11: reaching the limit of the whole shop alarms at once", async () => {
  for (let host = 0; host < 110; host += 1) await buy(`198.51.100.${host}`);
  expect(alarms()).toEqual([expect.objectContaining({ sign: "shop_limit" })]);
});

/** The webhook about a card that was declined in a checkout of this shop. */
async function declined(priceId = "price_poster_a2") {
  const sessionId = await shop.openSession(priceId);
  shop.stripe.buyer.pay(sessionId, { card: "4000000000000002" });
  const paymentIntents = Object.values(shop.stripe.state().paymentIntents);
  const object: { id: string; metadata: unknown } | undefined = paymentIntents.at(-1);
  if (object === undefined) throw new Error("Stripe has no payment that failed.");
  const type = "payment_intent.payment_failed";
  return { object: "event", id: "evt_declined", type, livemode: false, data: { object } };
}

async function reportSixtyTimes(event: object): Promise<void> {
  const body = JSON.stringify(event);
  for (let card = 0; card < 60; card += 1) {
    const response = await shop.app.webhook(signedWebhook(body, shop.clock.nowMs));
    expect(await response.json()).toEqual({ received: true, outcome: "ignored_type" });
  }
}

test("D11: fifty declined cards alarm, and each of their webhooks is acknowledged", async () => {
  await reportSixtyTimes(await declined());
  expect(alarms()).toEqual([expect.objectContaining({ sign: "declined" })]);
});

test("D11: declined cards in thin notifications count, although these do not say whose payment it was", async () => {
  const { id, data } = await declined();
  const type = "v1.payment_intent.payment_failed";
  const related_object = { id: data.object.id, type: "payment_intent" };
  await reportSixtyTimes({ object: "v2.core.event", id, type, livemode: false, related_object });
  expect(alarms()).toEqual([expect.objectContaining({ sign: "declined" })]);
});

test("C12: cards declined in another account, shop, mode or channel do not alarm", async () => {
  const event = await declined();
  const paidElsewhere = (metadata: unknown) => ({
    ...event,
    data: { object: { ...event.data.object, metadata } },
  });
  await reportSixtyTimes({ ...event, account: "acct_9" });
  await reportSixtyTimes({ ...event, livemode: true });
  for (const metadata of [{}, null, undefined, { static_checkout: "2" }, { static_checkout: 1 }, "1"]) {
    await reportSixtyTimes(paidElsewhere(metadata));
  }
  await reportSixtyTimes({
    object: "v2.core.event",
    id: "evt_thin",
    type: "v1.payment_intent.payment_failed",
    livemode: false,
    context: "acct_9",
  });
  expect(alarms()).toEqual([]);
});

test("D11: only one of several instances alarms", async () => {
  const lines: string[] = [];
  const now = () => shop.clock.nowMs;
  const others = Array.from({ length: 4 }, () =>
    createApp({ ...ENVIRONMENT, ...LIMITS }, siteOf(), {
      now,
      storage: engine,
      fetch: shop.stripe.fetch,
      log: createJsonLog((line) => void lines.push(line), now),
    }),
  );
  await Promise.all(others.map((app, index) => buyOften(80, `192.0.2.${index}`, app)));
  expect(lines.filter((line) => line.includes("card_testing_suspected"))).toHaveLength(1);
});

test("an alarm that fails does not change what buyers are told", async () => {
  engine.bookkeeping.read = () => Promise.reject(new Error("no ledger"));
  await buyOften(80, "192.0.2.1");
  expect((await buy("192.0.2.1")).status).toBe(429);
  expect((await buy("192.0.2.2")).status).toBe(200);
  expect(shop.log).toContainEqual(
    expect.objectContaining({ event: "alarm_failed", error: "Error: no ledger" }),
  );
});

test("an instance that has raised the alarm stops counting, so that the rest of an attack costs nothing", async () => {
  const counted: string[] = [];
  const { add } = engine.counters;
  engine.counters.add = (name, ...rest) => {
    counted.push(name);
    return add(name, ...rest);
  };
  await buyOften(400, "192.0.2.1");
  expect(counted.filter((name) => name.startsWith("card-testing"))).toHaveLength(50);
});

test("an alarm that failed is tried again with the next refusal", async () => {
  const { read } = engine.bookkeeping;
  engine.bookkeeping.read = () => Promise.reject(new Error("no ledger"));
  await buyOften(60, "192.0.2.1");
  expect(alarms()).toEqual([]);
  engine.bookkeeping.read = read;
  await buyOften(2, "192.0.2.1");
  expect(alarms()).toHaveLength(1);
});
