import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";

import fc from "fast-check";

import { CANARY_KEYS } from "../support/canaries.ts";
import { openTestShop, type TestShop } from "../support/test-shop.ts";
import { CATALOG_PRICES, creationRequests, type CreationRequest } from "./creation-bodies.ts";
import { tryRequest } from "./requests.ts";
import { isValid, webhookRequests, type WebhookRequest } from "./webhook-requests.ts";

export interface FuzzOptions {
  requests: number;
  /** The same seed makes the same requests. */
  seed: number;
}

/** The number of requests by kind of answer. */
export type Figures = Readonly<Record<string, number>>;

/** A shop keeps what it sold in memory; a fresh one from time to time keeps the run small. */
const REQUESTS_PER_SHOP = 2_000;

/**
 * Webhooks: a request that is not signed as Stripe signs gets 400, without a call to Stripe or a write; one that is signed but
 * malformed gets 400, too. A second implementation of Stripe's scheme judges.
 */
export async function fuzzWebhook(options: FuzzOptions): Promise<Figures> {
  return run(
    options,
    (nowMs) => webhookRequests(nowMs / 1_000),
    async (shop, sent: WebhookRequest) => {
      const request = tryRequest(
        "webhook",
        sent.header === undefined ? {} : { "Stripe-Signature": sent.header },
        sent.body,
      );
      if (request === undefined) return "refused by the platform";
      // The platform trims header values.
      const received = { ...sent, header: request.headers.get("stripe-signature") ?? undefined };
      const valid = isValid(received, shop.clock.nowMs / 1_000, [CANARY_KEYS.webhook]);
      const calls = shop.stripe.calls().length;
      const { status } = await shop.app.webhook(request);
      if (!valid) {
        assert.equal(status, 400, `${sent.what}: ${status}`);
        assert.equal(shop.stripe.calls().length, calls, `${sent.what}: Stripe was asked`);
        return "no valid signature, 400";
      }
      // 503: a session that Stripe does not show yet; Stripe retries.
      assert.ok([200, 400, 503].includes(status), `${sent.what}: ${status}`);
      if (status === 503) assert.ok(shop.stripe.calls().length > calls, "503 without having asked Stripe");
      return `valid signature, ${status}`;
    },
  );
}

/** Creation: Stripe is only asked for sessions of one catalog price and a whole quantity from 1 to 99, and about no other price; never a 5xx. */
export async function fuzzCreation(options: FuzzOptions): Promise<Figures> {
  return run(
    options,
    () => creationRequests,
    async (shop, { headers, body }: CreationRequest) => {
      const request = tryRequest("create-checkout-session", headers, body);
      if (request === undefined) return "refused by the platform";
      const before = shop.stripe.calls().length;
      // Few enough in a minute that the limits do not hide what is tested.
      shop.clock.nowMs += 200;
      const { status } = await shop.app.createCheckoutSession(request);
      const calls = shop.stripe.calls().slice(before);
      for (const { path } of calls) {
        const [, price] = /^\/v1\/prices\/(.+)$/.exec(path) ?? [];
        assert.ok(price === undefined || CATALOG_PRICES.includes(price), `Stripe was asked about ${price}`);
      }
      const made = calls.filter(({ method }) => method !== "GET");
      assert.ok(status < 500, `${status}`);
      for (const { path, parameters } of made) {
        assert.equal(path, "/v1/checkout/sessions");
        expectLegal(parameters);
      }
      assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
      return made.length > 0 ? `a session was asked for, ${status}` : `refused, ${status}`;
    },
  );
}

function expectLegal(parameters: Record<string, unknown>): void {
  const items = Object.values(parameters["line_items"] as Record<string, Record<string, string>>);
  assert.equal(items.length, 1);
  const [{ price = "", quantity = "", ...more } = {}] = items;
  assert.ok(CATALOG_PRICES.includes(price), `price ${price}`);
  assert.match(quantity, /^[1-9]\d?$/);
  for (const field of Object.keys(more)) assert.equal(field, "adjustable_quantity");
  for (const address of ["success_url", "cancel_url"])
    assert.match(String(parameters[address]), /^https:\/\/shop\.example\//);
  assert.equal(parameters["discounts"] ?? parameters["currency"], undefined);
}

async function run<Sent>(
  { requests, seed }: FuzzOptions,
  arbitrary: (nowMs: number) => fc.Arbitrary<Sent>,
  check: (shop: TestShop, sent: Sent) => Promise<string>,
): Promise<Figures> {
  const figures: Record<string, number> = {};
  for (let done = 0; done < requests; done += REQUESTS_PER_SHOP) {
    const shop = openTestShop();
    const property = fc.asyncProperty(arbitrary(shop.clock.nowMs), async (sent) => {
      const kind = await check(shop, sent);
      figures[kind] = (figures[kind] ?? 0) + 1;
      shop.log.length = 0;
    });
    try {
      await fc.assert(property, { numRuns: Math.min(REQUESTS_PER_SHOP, requests - done), seed: seed + done });
    } finally {
      shop.close();
    }
    // No request here does real I/O, so the event loop would never turn; a turn cleans up what requests leave behind.
    await setImmediate();
  }
  return figures;
}
