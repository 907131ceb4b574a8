import { afterEach, beforeEach, expect, test } from "vitest";

import type { Caller } from "../../../../core/http/client-address.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop();
});
afterEach(() => shop.close());

function look(
  sessionId: string,
  caller: Caller = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  const url = `https://shop.example/api/order-status?session_id=${sessionId}`;
  return shop.app.orderStatus(new Request(url, { headers }), caller);
}

const guess = (index: number) => `cs_test_${String(index).padStart(58, "0")}`;
const calls = () => shop.stripe.calls().length;

test("D02: of 1,000 guesses from one address 300 a minute are looked at, and the rest cost no call", async () => {
  const answers: Response[] = [];
  for (let index = 0; index < 1_000; index += 1) {
    const forged = { "X-Forwarded-For": `203.0.113.${index % 250}` };
    answers.push(await look(guess(index), { ip: "192.0.2.1" }, forged));
  }
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(700);
  for (const { headers } of refused) expect(headers.get("Retry-After")).toBe("60");
  // The others get 503 once strangers have used up their share of calls to Stripe.
  for (const { status } of answers.slice(0, 300)) expect([404, 503]).toContain(status);

  const before = calls();
  expect((await look("malformed", { ip: "192.0.2.1" })).status).toBe(429);
  expect((await look(guess(2_000), { ip: "192.0.2.1" })).status).toBe(429);
  expect(calls()).toBe(before);
  expect((await look("malformed", { ip: "192.0.2.2" })).status).toBe(404);
});

test("D02: a buyer behind that address sees the order again the next minute", async () => {
  const sessionId = await shop.openSession();
  for (let index = 0; index < 400; index += 1) await look("x", { ip: "192.0.2.1" });
  expect((await look(sessionId, { ip: "192.0.2.1" })).status).toBe(429);
  shop.clock.nowMs += 60_000;
  expect((await look(sessionId, { ip: "192.0.2.1" })).status).toBe(200);
});

test("D12: callers without a known address share one larger limit", async () => {
  const statuses: number[] = [];
  for (let index = 0; index < 1_200; index += 1)
    statuses.push((await look("x", {}, { "X-Real-IP": `192.0.2.${index % 250}` })).status);
  expect(new Set(statuses)).toEqual(new Set([404]));
  expect((await look("x", {}, { "X-Real-IP": "198.51.100.1" })).status).toBe(429);
});

test("D43: requests for mails count against the same limit, whatever they ask for", async () => {
  const ask = (): Promise<Response> =>
    shop.app.resendMail(new Request("https://shop.example/api/resend-mail", { method: "POST" }), {
      ip: "192.0.2.9",
    });
  for (let asked = 0; asked < 300; asked += 1) expect((await ask()).status).toBe(415);
  expect((await ask()).status).toBe(429);
});
