import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createApp, type App } from "../../core/app.ts";
import { createJsonLog } from "../../core/log/log.ts";
import { dynamodbEnvironment } from "../../cli/dev/local-dynamodb.ts";
import catalog from "../../simulator/catalog.json" with { type: "json" };
import { parseCatalog } from "../../simulator/catalog.ts";
import { createSimulatedStripe } from "../../simulator/simulated-stripe.ts";
import { purchase } from "../support/purchase.ts";
import { ENVIRONMENT, signedWebhook } from "../support/test-shop.ts";
import { siteOf } from "../support/test-site.ts";
import { openOrderTable, type OrderTable } from "./order-table.ts";

// The limits of a deployed shop, whose instances share only a table.
const NOW = Date.UTC(2026, 10, 21, 12);
const lines: string[] = [];

let table: OrderTable;
beforeAll(async () => {
  table = await openOrderTable();
});
afterAll(() => table.close());

const stripe = createSimulatedStripe({
  catalog: parseCatalog(catalog),
  publicUrl: "https://checkout.stripe.com",
  now: () => NOW,
});
afterAll(() => stripe.close());

const creations = () =>
  stripe.calls().filter((call) => call.method === "POST" && call.path === "/v1/checkout/sessions").length;

function startInstance(variables: Record<string, string> = {}, minutesLater = 0): App {
  const now = (): number => NOW + minutesLater * 60_000;
  const environment = {
    ...ENVIRONMENT,
    CHECKOUTS_PER_MINUTE: "",
    CHECKOUTS_PER_MINUTE_TOTAL: "20",
    ...dynamodbEnvironment(table.config),
    ...variables,
  };
  return createApp(environment, siteOf(), {
    now,
    fetch: stripe.fetch,
    log: createJsonLog((line) => void lines.push(line), now),
  });
}

async function buy(app: App, ip: string): Promise<number> {
  return (await app.createCheckoutSession(purchase(), { ip })).status;
}

function count(statuses: readonly number[], status: number): number {
  return statuses.filter((candidate) => candidate === status).length;
}

test("D11: five of 32 clicks at once on four instances, from one address, open a checkout", async () => {
  const instances = Array.from({ length: 4 }, () => startInstance());
  const before = creations();
  const statuses = await Promise.all(
    Array.from({ length: 32 }, (_, index) => buy(instances[index % 4] as App, "192.0.2.1")),
  );
  expect(count(statuses, 200)).toBe(5);
  expect(count(statuses, 429)).toBe(27);
  expect(creations() - before).toBe(5);
});

test("D11: 1,000 calls from 200 addresses open no more than the shop's limit, and the owner is alarmed once", async () => {
  const instances = Array.from({ length: 4 }, () => startInstance({}, 1));
  const before = creations();
  const statuses: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const clicks = Array.from({ length: 50 }, (_, index) =>
      buy(instances[index % 4] as App, `198.51.100.${(round * 50 + index) % 200}`),
    );
    statuses.push(...(await Promise.all(clicks)));
  }
  expect(count(statuses, 200)).toBe(20);
  expect(count(statuses, 429)).toBe(980);
  expect(creations() - before).toBe(20);
  expect(lines.filter((line) => line.includes("card_testing_suspected"))).toHaveLength(1);

  const health = await startInstance({}, 2).health(new Request("https://shop.example/api/health"));
  expect(await health.json()).toMatchObject({ ok: false, problems: ["card_testing_suspected"] });
});

test("D13: without its table the shop opens no checkout and still answers Stripe's webhooks", async () => {
  const closed = startInstance({ DYNAMODB_ENDPOINT: "http://127.0.0.1:9" });
  const before = creations();
  expect(await buy(closed, "192.0.2.50")).toBe(503);
  expect(creations()).toBe(before);
  const body = JSON.stringify({
    object: "event",
    id: "evt_declined",
    type: "payment_intent.payment_failed",
    livemode: false,
    data: { object: { id: "pi_1", metadata: { static_checkout: "1" } } },
  });
  expect((await closed.webhook(signedWebhook(body, NOW))).status).toBe(200);
});

test("C15: the table and the log name no address", async () => {
  const { Items } = await table.client.send(new ScanCommand({ TableName: table.name }));
  const kept = JSON.stringify(Items);
  expect(kept).toContain("COUNTER#checkout-address");
  expect(kept + lines.join("\n")).not.toMatch(/192\.0\.2\.|198\.51\.100\./);
});
