import { expect, test } from "vitest";

import { createResendLimit, takeStrangersMail } from "../../../../core/limits/resend-limit.ts";
import { createMemoryCounters } from "../../../../core/stores/memory-counters.ts";

const DAY_MS = 24 * 3_600_000;
const NOON_MS = 20_000 * DAY_MS + DAY_MS / 2;

function open() {
  const clock = { nowMs: NOON_MS };
  const counters = createMemoryCounters();
  const limit = createResendLimit(counters, () => clock.nowMs);
  const take = async (orderId: string) =>
    limit.take(orderId).then(
      (taken) => taken,
      (error: { status: number; headers: Record<string, string> }) => error,
    );
  const ask = async (address: string | undefined) =>
    takeStrangersMail(address, { counters, secret: "sk_test_1", now: () => clock.nowMs }).then(
      () => "taken" as const,
      (error: { status: number }) => error.status,
    );
  const askTimes = async (address: string | undefined, times: number): Promise<number> => {
    let taken = 0;
    for (let call = 0; call < times; call += 1) taken += (await ask(address)) === "taken" ? 1 : 0;
    return taken;
  };
  return { clock, take, ask, askTimes };
}

test("D25: each order has three mails of its own a day, and three more on the next day", async () => {
  const { clock, take } = open();
  for (let mail = 0; mail < 3; mail += 1) expect(await take("cs_1")).toHaveProperty("giveBack");
  expect(await take("cs_1")).toMatchObject({ status: 429, headers: { "Retry-After": "43200" } });
  expect(await take("cs_2")).toHaveProperty("giveBack");
  clock.nowMs += DAY_MS / 2;
  expect(await take("cs_1")).toHaveProperty("giveBack");
});

test("D25: a mail that was given back can be asked for again, however many were refused meanwhile", async () => {
  const { take } = open();
  await take("cs_1");
  await take("cs_1");
  const last = await take("cs_1");
  for (let call = 0; call < 4; call += 1) expect(await take("cs_1")).toMatchObject({ status: 429 });
  if (!("giveBack" in last)) throw new Error("it was refused");
  await last.giveBack();
  expect(await take("cs_1")).toHaveProperty("giveBack");
  expect(await take("cs_1")).toMatchObject({ status: 429 });
});

test("D42: a caller without proof of being the buyer has five mails a day, from all addresses of a /64 together", async () => {
  const { askTimes } = open();
  expect(await askTimes("192.0.2.1", 9)).toBe(5);
  expect(await askTimes("192.0.2.2", 9)).toBe(5);
  expect(await askTimes("2001:db8:1:2::1", 3)).toBe(3);
  expect(await askTimes("2001:db8:1:2:ffff::9", 9)).toBe(2);
});

test("D42: callers that no host tells apart share fifty", async () => {
  const { askTimes } = open();
  expect(await askTimes(undefined, 60)).toBe(50);
});
