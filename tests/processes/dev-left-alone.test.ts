import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { afterEach, expect, test } from "vitest";

import { parseConfig } from "../../core/config/config.ts";
import type { Environment } from "../../core/config/environment.ts";
import type { ControlRecord } from "../../core/orders/order.ts";
import { openShop } from "../../core/services.ts";
import { realRuntime } from "../../core/runtime.ts";
import { dynamodbEnvironment, startLocalDynamodb } from "../../cli/dev/local-dynamodb.ts";
import { startShop, type Shop } from "../../cli/dev/shop.ts";
import { siteOf } from "../support/test-site.ts";

/** The .env of an owner who has gone live, without the keys. */
const OWNERS = {
  DYNAMODB_TABLE: "real-orders",
  DYNAMODB_REGION: "eu-central-1",
  DYNAMODB_ACCESS_KEY_ID: "ofTheOwner",
  DYNAMODB_SECRET_ACCESS_KEY: "secretOfTheOwner",
  OWNER_EMAIL: "owner@shop.example",
  OWNER_WEBHOOK_URL: "https://chat.invalid/hook",
  ORDER_WEBHOOK_URL: "https://server.invalid/orders",
  ORDER_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, "k").toString("base64")}`,
};

const TEST_KEY = { STRIPE_SECRET_KEY: "sk_test_ofTheOwner", STRIPE_WEBHOOK_SECRET: "whsec_ofTheOwner0" };

const printed: string[] = [];
const leftAlone = (): string[] => printed.filter((line) => line.startsWith("Left alone"));
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  printed.length = 0;
});

async function open(
  environment: Environment,
  engine: "dynamodb" | "stripe" = "dynamodb",
): Promise<Shop & { set: string[] }> {
  const shop = await startShop({
    root: fileURLToPath(new URL("../..", import.meta.url)),
    port: 0,
    environment,
    storageFolder: undefined,
    engine,
    print: (line) => printed.push(line),
  });
  closers.push(shop.close);
  const set = Object.keys(shop.environment).filter((name) => /^(?:DYNAMODB|OWNER|ORDER)_/.test(name));
  return { ...shop, set: set.toSorted() };
}

async function buyPoster({ url, simulatedStripe }: Shop): Promise<string> {
  const created = await fetch(`${url}/api/create-checkout-session`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: '{"price_id":"price_poster_a2"}',
  });
  const [orderId = ""] = /cs_test_\w+/.exec(await created.text()) ?? [];
  simulatedStripe?.buyer.pay(orderId);
  await simulatedStripe?.deliveriesSettled();
  return orderId;
}

/** The order as a shop with these variables finds it. */
async function orderIn(environment: Environment, orderId: string): Promise<ControlRecord | undefined> {
  const { store } = await openShop(parseConfig(environment), siteOf(), realRuntime()).loadServices();
  return (await store.readControl(orderId))?.control;
}

test("simulated orders stay on this machine, whatever .env names, and one line says what is not used", async () => {
  const shop = await open(OWNERS);
  expect(leftAlone()).toEqual([
    expect.stringMatching(
      /^Left alone: DYNAMODB_TABLE, DYNAMODB_REGION, DYNAMODB_ACCESS_KEY_ID, DYNAMODB_SECRET_ACCESS_KEY, OWNER_WEBHOOK_URL, ORDER_WEBHOOK_URL, ORDER_WEBHOOK_SECRET\. Simulated orders stay on this machine/,
    ),
  ]);
  for (const name of ["DYNAMODB_TABLE", "OWNER_WEBHOOK_URL", "ORDER_WEBHOOK_SECRET"] as const) {
    expect(leftAlone().join()).not.toContain(OWNERS[name]);
  }

  const order = await orderIn(shop.environment, await buyPoster(shop));
  expect(shop.environment["DYNAMODB_ENDPOINT"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(order).toMatchObject({ state: "fulfilled" });
  // The owner's mail is in the inbox; no other message is owed.
  expect(order?.news?.["order"]?.deliveries).toEqual({ mail: expect.objectContaining({ state: "done" }) });
});

test("--store stripe wins over a table, with the simulated Stripe and with a test key", async () => {
  const { DYNAMODB_TABLE, DYNAMODB_REGION, DYNAMODB_ACCESS_KEY_ID, DYNAMODB_SECRET_ACCESS_KEY } = OWNERS;
  const table = { DYNAMODB_TABLE, DYNAMODB_REGION, DYNAMODB_ACCESS_KEY_ID, DYNAMODB_SECRET_ACCESS_KEY };
  for (const keys of [{}, TEST_KEY]) {
    const { set } = await open({ ...table, ...keys }, "stripe");
    expect(set).toEqual([]);
  }
  // It was requested, so there is nothing to say.
  expect(leftAlone()).toEqual([]);
});

test("with a test key everything that .env names is used", async () => {
  const { environment } = await open({ ...OWNERS, ...TEST_KEY });
  expect(environment).toMatchObject({ ...OWNERS, ...TEST_KEY });
  expect(environment).not.toHaveProperty("DYNAMODB_ENDPOINT");
  expect(leftAlone()).toEqual([]);
});

test("a table and a chat on this machine are used with the simulated Stripe, too", async () => {
  const table = await startLocalDynamodb(undefined);
  closers.push(table.close);
  const told: string[] = [];
  const chat = createServer((request, response) => {
    const take = (message: string): number => told.push(message);
    void text(request)
      .then(take)
      .then(() => response.end());
  }).listen(0, "127.0.0.1");
  closers.push(() => chat.close());
  await once(chat, "listening");
  const { port } = chat.address() as AddressInfo;
  const here = {
    ...dynamodbEnvironment(table.config),
    OWNER_WEBHOOK_URL: `http://localhost:${port}/hook`,
  };

  const shop = await open(here);
  const orderId = await buyPoster(shop);
  expect(await orderIn({ ...shop.environment, ...here }, orderId)).toMatchObject({ state: "fulfilled" });
  expect(told.join()).toContain("New order");
  expect(leftAlone()).toEqual([]);
});

test.for([
  "http://127.0.0.1.shop.example:8000",
  "http://localhost.shop.example",
  "https://localhost@shop.example",
  "localhost",
])("%s is not this machine", async (address) => {
  const { set } = await open({ ORDER_WEBHOOK_URL: address, ORDER_WEBHOOK_SECRET: "x" }, "stripe");
  expect(set).toEqual([]);
});
