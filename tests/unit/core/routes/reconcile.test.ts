import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

const CRON_SECRET = "a-cron-secret-of-32-characters!!";

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop({ environment: { CRON_SECRET } });
});
afterEach(() => shop.close());

/** As the host's scheduler does. */
const callReconcile = (authorization?: string, query = "") =>
  shop.app.reconcile(
    new Request(`https://shop.example/api/reconcile${query}`, {
      headers: authorization === undefined ? {} : { Authorization: authorization },
    }),
  );

test("E06: the address for the host's scheduler needs its secret", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  expect((await callReconcile()).status).toBe(401);
  expect((await shop.store.readControl(sessionId))?.control).toBeUndefined();
  expect((await callReconcile(`Bearer ${CRON_SECRET}`)).status).toBe(200);
  expect((await shop.store.readControl(sessionId))?.control.state).toBe("fulfilled");
});

test("E02: without a configured secret that address does not exist, whatever is guessed", async () => {
  shop.close();
  shop = openTestShop();
  for (const guess of [undefined, "Bearer undefined", "Bearer ", `Bearer ${CRON_SECRET}`])
    expect((await callReconcile(guess)).status, guess).toBe(404);
});

test.for([
  ["empty", "Bearer "],
  ["one letter of it", `Bearer ${CRON_SECRET[0]}`],
  ["all but its end", `Bearer ${CRON_SECRET.slice(0, -1)}`],
  ["grown", `Bearer ${CRON_SECRET}x`],
  ["of the same length", `Bearer ${"x".repeat(CRON_SECRET.length)}`],
  ["in capitals", `Bearer ${CRON_SECRET.toUpperCase()}`],
  ["of other bytes", "Bearer \u00e9\u00ff"],
  ["of 7,000 characters", `Bearer ${CRON_SECRET.repeat(225)}`],
  ["without its scheme", CRON_SECRET],
  ["of another scheme", `Basic ${btoa(`cron:${CRON_SECRET}`)}`],
  ["given twice", `Bearer ${CRON_SECRET}, Bearer ${CRON_SECRET}`],
] as const)("E01: a secret that is %s is refused like any other", async ([, authorization]) => {
  expect((await callReconcile(authorization)).status).toBe(401);
});

test("E01: every token is compared in constant time", async () => {
  // Times cannot be compared on a busy machine; calls can be counted.
  const compare = vi.spyOn(crypto, "timingSafeEqual");
  syncBuiltinESMExports();
  try {
    compare.mockReturnValue(false);
    expect((await callReconcile(`Bearer ${CRON_SECRET}`)).status).toBe(401);
    compare.mockReturnValue(true);
    expect((await callReconcile("Bearer x")).status).toBe(200);
  } finally {
    compare.mockRestore();
    syncBuiltinESMExports();
  }
});

test("E03: the secret in the address is refused even if it is right", async () => {
  for (const name of ["token", "secret", "cron_secret", "CRON_SECRET", "authorization", "access_token"])
    expect((await callReconcile(undefined, `?${name}=${CRON_SECRET}`)).status, name).toBe(401);
});
