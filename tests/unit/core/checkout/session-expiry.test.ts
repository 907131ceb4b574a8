import { afterEach, beforeEach, expect, test } from "vitest";

import { sessionExpiry } from "../../../../core/checkout/session-expiry.ts";
import { purchase } from "../../../support/purchase.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

const NOON = Date.UTC(2026, 10, 21, 12);
const KEY = "4be9a4f0-6a3c-4c57-9e0b-0d9b1b0f0a11";

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop();
});
afterEach(() => shop.close());

async function buy(headers: Record<string, string> = { "Idempotency-Key": KEY }): Promise<string> {
  const response = await shop.app.createCheckoutSession(purchase(undefined, headers));
  expect(response.status).toBe(200);
  return ((await response.json()) as { url: string }).url;
}

const sessions = () => Object.values(shop.stripe.state().checkoutSessions);

test.for([
  ["at noon", 0, 30, NOON + 36 * 60_000],
  ["at the end of the same five minutes", 299_999, 30, NOON + 36 * 60_000],
  ["in the next five minutes", 300_000, 30, NOON + 41 * 60_000],
  ["for two hours", 0, 120, NOON + 126 * 60_000],
  ["for a day, less a minute", 0, 1_440, NOON + 1_439 * 60_000],
] as const)("a session opened %s ends when it should", ([, laterMs, minutes, endsMs]) => {
  expect(sessionExpiry(NOON + laterMs, minutes).atSeconds).toBe(endsMs / 1_000);
});

test("E15: Stripe accepts every expiry from a clock that is less than a minute off", () => {
  for (const minutes of [30, 45, 1_400, 1_440]) {
    for (let second = 0; second <= 600; second += 1) {
      for (const skewMs of [-59_000, 0, 59_000]) {
        const stripeNow = NOON + second * 1_000;
        const lifetime = sessionExpiry(stripeNow + skewMs, minutes).atSeconds * 1_000 - stripeNow;
        expect(lifetime).toBeGreaterThanOrEqual(30 * 60_000);
        expect(lifetime).toBeLessThanOrEqual(24 * 3_600_000);
      }
    }
  }
});

test("D11: an unpaid checkout is over after 36 minutes at the latest", async () => {
  await buy();
  shop.clock.nowMs += 36 * 60_000;
  expect(sessions().map(({ status }) => status)).toEqual(["expired"]);
});

test("CHECKOUT_MINUTES keeps it open longer", async () => {
  shop.close();
  shop = openTestShop({ environment: { CHECKOUT_MINUTES: "120" } });
  await buy();
  shop.clock.nowMs += 120 * 60_000;
  expect(sessions().map(({ status }) => status)).toEqual(["open"]);
});

test("D15: a retry within the five minutes gets the same session, a later one a new one", async () => {
  const first = await buy();
  shop.clock.nowMs += 299_000;
  expect(await buy()).toBe(first);
  shop.clock.nowMs += 1_000;
  expect(await buy()).not.toBe(first);
});

test.for([-10 * 60_000, 24 * 3_600_000])(
  "E15: a machine whose clock is %d ms off still sells, once per key, and says so",
  async (skewMs) => {
    const clock = { now: () => 0 };
    shop.close();
    shop = openTestShop({ replace: { now: () => clock.now() } });
    const { clock: stripes } = shop;
    clock.now = () => stripes.nowMs + skewMs;

    const first = await buy();
    expect(await buy()).toBe(first);
    await buy({});

    expect(sessions()).toHaveLength(2);
    expect(shop.log).toContainEqual(expect.objectContaining({ event: "clock_differs_from_stripes" }));
  },
);
