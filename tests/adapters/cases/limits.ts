import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import type { AdapterCase } from "../adapter-case.ts";
import { expectError, expectRetryAfter } from "../expect-answer.ts";
import type { AdapterRequest, ShopUnderTest } from "../shop-under-test.ts";
import { boughtLink } from "./downloads.ts";

const PURCHASE = '{"price_id":"price_poster_a2"}';
const LIMIT = 5;
const LOOKS = 300;

/**
 * How often one buyer may open a checkout and look at an order. These run only where a test plays the host and says where a
 * request comes from; the hosts' own local tools start every request with fresh memory.
 */
export const limitCases: readonly AdapterCase[] = [
  {
    name: "D11: create-checkout-session answers 429 with Retry-After to the sixth checkout of one address in a minute",
    async run(shop) {
      await earlyInTheMinute();
      assert.deepEqual(await statuses(shop, LIMIT, () => ({ from: "198.51.100.7" })), allow(LIMIT));
      const before = sessionCount(shop);
      const refused = await buy(shop, { from: "198.51.100.7" });
      expectRetryAfter(refused);
      assert.ok(Number(refused.headers.get("retry-after")) <= 60);
      await expectError(refused, 429, "too_many_checkouts");
      assert.equal(sessionCount(shop), before, "Stripe opened a session");
      assert.deepEqual(await statuses(shop, 1, () => ({ from: "198.51.100.8" })), [200]);
    },
  },
  {
    name: "D12: create-checkout-session counts an address whatever the caller writes into forwarding headers",
    async run(shop) {
      await earlyInTheMinute();
      const spoofed = await statuses(shop, 12, (index) => ({
        from: "198.51.100.20",
        headers: {
          "X-Forwarded-For": `203.0.113.${index}`,
          "X-Vercel-Forwarded-For": `203.0.113.${index}`,
          "X-NF-Client-Connection-IP": `203.0.113.${index}`,
          "CF-Connecting-IP": `203.0.113.${index}`,
          "True-Client-IP": `203.0.113.${index}`,
          Forwarded: `for=203.0.113.${index}`,
        },
      }));
      assert.deepEqual(spoofed, [...allow(LIMIT), ...Array.from({ length: 7 }, () => 429)]);
    },
  },
  {
    name: "D12: create-checkout-session counts all addresses of one IPv6 customer as one, and a neighbor as another",
    async run(shop) {
      await earlyInTheMinute();
      const rotating = await statuses(shop, 8, (index) => ({ from: `2001:db8:1:2:${index}::${index}` }));
      assert.deepEqual(rotating, [...allow(LIMIT), 429, 429, 429]);
      assert.deepEqual(await statuses(shop, 1, () => ({ from: "2001:db8:1:3::1" })), [200]);
    },
  },
  {
    name: "D11: create-checkout-session answers a form that comes too often with a page for people",
    async run(shop) {
      await earlyInTheMinute();
      await statuses(shop, LIMIT, () => ({ from: "198.51.100.30" }));
      const refused = await shop.send("create-checkout-session", {
        method: "POST",
        from: "198.51.100.30",
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: "price_id=price_poster_a2",
      });
      assert.equal(refused.status, 429);
      expectRetryAfter(refused);
      assert.match(await refused.text(), /wait a minute and try again\.<\/p>\s*<p>Nothing was charged/);
    },
  },
  {
    name: "D12: download counts each address for itself: one that asks too often blocks no one else",
    async run(shop) {
      const query = await boughtLink(shop);
      const ask = (from: string): Promise<Response> => shop.send("download", { method: "HEAD", query, from });
      let refused: Response | undefined;
      // A new minute may begin once in between: then it takes as many again. Where no address is known, the limit is far higher.
      for (let asked = 0; asked < 2 * LOOKS + 1 && refused === undefined; asked += 20) {
        const answers = await Promise.all(Array.from({ length: 20 }, () => ask("198.51.100.40")));
        refused = answers.find(({ status }) => status !== 200);
      }
      assert.equal(refused?.status, 429);
      expectRetryAfter(refused);
      assert.equal((await ask("198.51.100.41")).status, 200);
    },
  },
  {
    name: "D12: order-status counts each address for itself, too",
    async run(shop) {
      const query = "session_id=cs_test_unknown0000";
      const ask = (from: string): Promise<Response> => shop.send("order-status", { query, from });
      let refused: Response | undefined;
      for (let asked = 0; asked < 2 * LOOKS + 1 && refused === undefined; asked += 20) {
        const answers = await Promise.all(Array.from({ length: 20 }, () => ask("198.51.100.50")));
        refused = answers.find(({ status }) => status !== 404);
      }
      assert.equal(refused?.status, 429);
      assert.equal((await ask("198.51.100.51")).status, 404);
    },
  },
];

function buy(shop: ShopUnderTest, { from, headers }: Partial<AdapterRequest>): Promise<Response> {
  return shop.send("create-checkout-session", {
    method: "POST",
    ...(from !== undefined && { from }),
    headers: { "Content-Type": "application/json", ...headers },
    body: PURCHASE,
  });
}

async function statuses(
  shop: ShopUnderTest,
  count: number,
  request: (index: number) => Partial<AdapterRequest>,
): Promise<number[]> {
  const answers: number[] = [];
  for (let index = 0; index < count; index += 1) answers.push((await buy(shop, request(index))).status);
  return answers;
}

function allow(count: number): number[] {
  return Array.from({ length: count }, () => 200);
}

/** Counting restarts with every minute of the clock: a case must not see two of them. */
async function earlyInTheMinute(): Promise<void> {
  const leftMs = 60_000 - (Date.now() % 60_000);
  if (leftMs < 4_000) await sleep(leftMs);
}

function sessionCount(shop: ShopUnderTest): number {
  return Object.keys(shop.stripe.state().checkoutSessions).length;
}
