import { afterEach, beforeEach, expect, test } from "vitest";

import type { Caller } from "../../../../core/http/client-address.ts";
import type { Counters } from "../../../../core/stores/counters.ts";
import { createMemoryStorage } from "../../../../core/stores/memory-storage.ts";
import { purchase } from "../../../support/purchase.ts";
import { openTestShop, signedWebhook, type TestShop } from "../../../support/test-shop.ts";

const REAL_LIMITS = { CHECKOUTS_PER_MINUTE: "", CHECKOUTS_PER_MINUTE_TOTAL: "" };

/** What was counted, by name. */
let counted: string[];
let failing: boolean;
let shop: TestShop;

function openShop(environment: Record<string, string> = {}): TestShop {
  const engine = createMemoryStorage();
  const counters: Counters = {
    async add(name, ...rest) {
      if (failing) throw new Error("no table");
      counted.push(name);
      return engine.counters.add(name, ...rest);
    },
  };
  return openTestShop({
    replace: { storage: { ...engine, counters } },
    environment: { ...REAL_LIMITS, ...environment },
  });
}

beforeEach(() => {
  counted = [];
  failing = false;
  shop = openShop();
});
afterEach(() => shop.close());

const creations = () =>
  shop.stripe.calls().filter((call) => call.method === "POST" && call.path === "/v1/checkout/sessions");

function buy(caller: Caller = {}, headers: Record<string, string> = {}, body?: string): Promise<Response> {
  return shop.app.createCheckoutSession(purchase(body, headers), caller);
}

async function statusOf(answer: Promise<Response>): Promise<number> {
  return (await answer).status;
}

test("D11: of 1,000 calls from one address five reach Stripe in a minute, and five more in the next", async () => {
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => buy({ ip: "192.0.2.1" })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(995);
  expect(creations()).toHaveLength(5);

  shop.clock.nowMs += 60_000;
  for (let call = 0; call < 20; call += 1) await buy({ ip: "192.0.2.1" });
  expect(creations()).toHaveLength(10);
});

test("D11: a refusal tells programs and people how long to wait", async () => {
  shop.clock.nowMs += 17_500;
  for (let call = 0; call < 5; call += 1) await buy({ ip: "192.0.2.1" });
  const refused = await buy({ ip: "192.0.2.1" });
  expect(refused.status).toBe(429);
  expect(refused.headers.get("Retry-After")).toBe("43");
  expect(await refused.json()).toMatchObject({
    error: {
      code: "too_many_checkouts",
      message:
        "There were too many checkout attempts from your connection. Please wait a minute and try again.",
    },
  });
});

test("D12: where no host reports addresses, all callers share one limit, whatever their headers say", async () => {
  const statuses: number[] = [];
  for (let call = 1; call <= 50; call += 1) {
    const forged = `203.0.113.${call}`;
    const headers = { "X-Forwarded-For": forged, "X-Real-IP": forged, "X-NF-Client-Connection-IP": forged };
    statuses.push(await statusOf(buy({}, headers)));
  }
  expect(statuses.filter((status) => status === 200)).toHaveLength(5);
  expect(shop.log).toContainEqual(expect.objectContaining({ event: "client_address_unknown" }));
});

test("D12: on Vercel the proxy's header counts, and nothing else", async () => {
  shop.close();
  shop = openShop({ VERCEL: "1", VERCEL_ENV: "development" });
  for (let call = 0; call < 5; call += 1) await buy({}, { "X-Real-IP": "192.0.2.1" });
  expect(await statusOf(buy({}, { "X-Real-IP": "192.0.2.1", "X-Forwarded-For": "192.0.2.2" }))).toBe(429);
  expect(await statusOf(buy({}, { "X-Real-IP": "192.0.2.2" }))).toBe(200);
});

test("D11: the shop as a whole opens 100 checkouts a minute; requests refused to one address do not count", async () => {
  for (let call = 0; call < 300; call += 1) await buy({ ip: "192.0.2.1" });
  const statuses: number[] = [];
  for (let host = 0; host < 120; host += 1) statuses.push(await statusOf(buy({ ip: `198.51.100.${host}` })));
  expect(statuses.filter((status) => status === 200)).toHaveLength(95);
  const refused = await buy({ ip: "198.51.100.200" });
  expect(await refused.json()).toMatchObject({ error: { code: "shop_busy" } });
  expect(creations()).toHaveLength(100);
});

test("D45: 1,000 requests for things that the shop does not sell use up no limit, and the next buyer buys", async () => {
  const junk = [
    '{"price_id":"price_none"}',
    '{"price_id":"toString"}',
    '{"price_id":"price_poster_a2","quantity":100}',
    '{"price_id":"price_poster_a2","amount":1}',
  ];
  for (let call = 0; call < 1_000; call += 1) {
    const host = `2001:db8:${(call % 500).toString(16)}:1::1`;
    expect(await statusOf(buy({ ip: host }, {}, junk[call % junk.length]))).toBe(400);
  }
  expect(counted).toEqual([]);
  expect(shop.stripe.calls()).toEqual([]);
  expect(await statusOf(buy({ ip: "2001:db8:1:1::1" }))).toBe(200);
});

test("D45: a request that reaches Stripe counts, even if Stripe refuses it", async () => {
  shop.stripe.faults.beforeApi = () => Response.json({ error: { type: "api_error" } }, { status: 500 });
  const statuses: number[] = [];
  for (let call = 0; call < 8; call += 1) statuses.push(await statusOf(buy({ ip: "192.0.2.1" })));
  expect(statuses.slice(5)).toEqual([429, 429, 429]);
  expect(statuses.slice(0, 5)).not.toContain(429);
}, 60_000);

const hosts = (count: number, address: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => address(index));

async function opened(addresses: readonly string[]): Promise<number> {
  let count = 0;
  for (const ip of addresses) if ((await statusOf(buy({ ip }))) === 200) count += 1;
  return count;
}

test("D46: a /48 opens 30 checkouts a minute from its 65,536 networks, and a /56 opens 15", async () => {
  const ofA56 = hosts(256, (index) => `2001:db8:1:${(0x4200 + index).toString(16)}::1`);
  expect(await opened(ofA56)).toBe(15);
  const ofThe48 = hosts(300, (index) => `2001:db8:1:${(index * 200).toString(16)}::1`);
  expect(await opened(ofThe48)).toBe(15);
  // The neighbor has a limit of its own.
  expect(await opened(["2001:db8:2::1"])).toBe(1);
  expect(creations()).toHaveLength(31);
});

test("D47: callers seen before today leave a quarter of the shop's minute to new ones", async () => {
  const flood = hosts(200, (index) => `198.51.${100 + Math.floor(index / 250)}.${index % 250}`);
  // In the first minute all callers are new.
  expect(await opened(flood)).toBe(100);
  shop.clock.nowMs += 60_000;
  expect(await opened(flood.slice(0, 100))).toBe(75);
  const fresh = hosts(30, (index) => `203.0.113.${index}`);
  expect(await opened(fresh)).toBe(25);
  // It stays so: new networks of one /48 are not new callers.
  shop.clock.nowMs += 60_000;
  expect(await opened(flood.slice(0, 100))).toBe(75);
  expect(await opened(["2001:db8:7:1::1"])).toBe(1);
});

test("D47: a caller seen today is not a new one in another network of the same /48", async () => {
  shop.close();
  shop = openShop({ CHECKOUTS_PER_MINUTE: "5", CHECKOUTS_PER_MINUTE_TOTAL: "8" });
  const statuses: number[] = [];
  for (let network = 0; network < 10; network += 1) {
    statuses.push(await statusOf(buy({ ip: `2001:db8:1:${(network * 0x100).toString(16)}::1` })));
  }
  // The first counts as a new caller, the next six as a known one; the eighth place is left to a new one.
  expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 200, 429, 429, 429]);
  expect(await statusOf(buy({ ip: "192.0.2.7" }))).toBe(200);
});

test("D11: an order that cannot be read uses up no limit", async () => {
  for (let call = 0; call < 20; call += 1)
    expect(await statusOf(buy({ ip: "192.0.2.1" }, {}, "{"))).toBe(400);
  expect(counted).toEqual([]);
  expect(await statusOf(buy({ ip: "192.0.2.1" }))).toBe(200);
});

test("D11: an address that used up its minute is no longer counted", async () => {
  for (let call = 0; call < 50; call += 1) await buy({ ip: "192.0.2.1" });
  expect(counted.filter((name) => name.startsWith("checkout-address"))).toHaveLength(6);
});

test("D13: while the counters are down no checkout is opened, and webhooks are answered", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  failing = true;

  const refused = await buy({ ip: "192.0.2.1" });
  expect(refused.status).toBe(503);
  expect(refused.headers.get("Retry-After")).toBe("5");
  expect(await refused.json()).toMatchObject({ error: { code: "limits_unavailable" } });
  expect(creations()).toHaveLength(1);
  expect(shop.log).toContainEqual(expect.objectContaining({ status: 503, error: "Error: no table" }));

  expect((await shop.notify(sessionId)).status).toBe(200);
  const declined = JSON.stringify({
    object: "event",
    id: "evt_declined",
    type: "payment_intent.payment_failed",
    livemode: false,
    data: { object: { id: "pi_1", metadata: { static_checkout: "1" } } },
  });
  expect((await shop.app.webhook(signedWebhook(declined, shop.clock.nowMs))).status).toBe(200);
  expect(shop.log).toContainEqual(expect.objectContaining({ event: "alarm_failed", sign: "declined" }));
});

test("C15: the counters name no address", async () => {
  await buy({ ip: "192.0.2.77" });
  await buy({ ip: "2001:db8:77::1" });
  // The address, its networks, whether it was here today, and the shop.
  expect(counted).toHaveLength(3 + 5);
  expect(counted.join(" ")).not.toMatch(/192|0\.2\.77|2001|db8/);
});
