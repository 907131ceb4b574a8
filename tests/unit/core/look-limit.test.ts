import { afterEach, beforeEach, expect, test } from "vitest";

import type { Caller } from "../../../core/http/client-address.ts";
import { openTestShop, type TestShop } from "../../test-shop.ts";

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

test("D02: of 1,000 guesses from one address 300 a minute are answered, all alike, and the rest ask nobody", async () => {
  const bodies = new Set<string>();
  const statuses: number[] = [];
  for (let index = 0; index < 1_000; index += 1) {
    const response = await look(
      guess(index),
      { ip: "192.0.2.1" },
      { "X-Forwarded-For": `203.0.113.${index % 250}` },
    );
    const { error } = (await response.json()) as { error: object };
    statuses.push(response.status);
    if (response.status === 404) bodies.add(JSON.stringify(error));
    else expect(Number(response.headers.get("Retry-After"))).toBe(60);
  }
  expect(statuses.filter((status) => status === 404)).toHaveLength(300);
  expect(statuses.filter((status) => status === 429)).toHaveLength(700);
  expect(bodies.size).toBe(1);

  const before = calls();
  expect((await look("malformed", { ip: "192.0.2.1" })).status).toBe(429);
  expect((await look(guess(2_000), { ip: "192.0.2.1" })).status).toBe(429);
  expect(calls()).toBe(before);
  expect((await look(guess(2_000), { ip: "192.0.2.2" })).status).toBe(404);
});

test("D02: the next minute a buyer behind that address sees the order again", async () => {
  const sessionId = await shop.openSession();
  for (let index = 0; index < 400; index += 1) await look("x", { ip: "192.0.2.1" });
  expect((await look(sessionId, { ip: "192.0.2.1" })).status).toBe(429);
  shop.clock.nowMs += 60_000;
  expect((await look(sessionId, { ip: "192.0.2.1" })).status).toBe(200);
});

test("D12: callers whose address nobody tells share one larger limit", async () => {
  for (let index = 0; index < 1_200; index += 1)
    await look("x", {}, { "X-Real-IP": `192.0.2.${index % 250}` });
  expect((await look("x", {}, { "X-Real-IP": "198.51.100.1" })).status).toBe(429);
});
