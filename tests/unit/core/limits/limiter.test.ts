import { expect, test } from "vitest";

import { createLimiter } from "../../../../core/limits/limiter.ts";
import { createMemoryCounters } from "../../../../core/stores/memory-counters.ts";

const MINUTE_MS = 60_000;

function openLimiter(limit: number) {
  const clock = { nowMs: 10 * MINUTE_MS + 17_500 };
  const limiter = createLimiter({
    name: "test",
    limit,
    windowMs: MINUTE_MS,
    counters: createMemoryCounters(),
    now: () => clock.nowMs,
  });
  const takeAll = async (key: string, times: number): Promise<number> => {
    let taken = 0;
    for (let call = 0; call < times; call += 1) taken += (await limiter.take(key)).kind === "taken" ? 1 : 0;
    return taken;
  };
  return { clock, limiter, takeAll };
}

test("D11: lets exactly as many through in a minute as the limit says, for each key", async () => {
  const { takeAll } = openLimiter(5);
  expect(await takeAll("one", 20)).toBe(5);
  expect(await takeAll("another", 4)).toBe(4);
  expect(await takeAll("another", 4)).toBe(1);
});

test("D11: a refused caller is told when the minute ends, and is let through then", async () => {
  const { clock, limiter, takeAll } = openLimiter(1);
  expect(await takeAll("one", 1)).toBe(1);
  expect(await limiter.take("one")).toEqual({ kind: "refused", retryAfterSeconds: 43 });
  clock.nowMs += 42_499;
  expect(await limiter.take("one")).toEqual({ kind: "refused", retryAfterSeconds: 1 });
  clock.nowMs += 1;
  expect(await limiter.take("one")).toEqual({ kind: "taken" });
});

test("D11: a caller who is refused is not counted again in that minute", async () => {
  const sums: number[] = [];
  const counters = createMemoryCounters();
  const add: typeof counters.add = async (...call) => {
    const sum = await counters.add(...call);
    sums.push(sum);
    return sum;
  };
  const limiter = createLimiter({
    name: "test",
    limit: 2,
    windowMs: MINUTE_MS,
    counters: { add },
    now: () => 0,
  });
  for (let call = 0; call < 20; call += 1) await limiter.take("one");
  expect(sums).toEqual([1, 2, 3]);
});

test("D13: counters that cannot be reached are a failure, not a refusal", async () => {
  const broken = new Error("no table");
  const limiter = createLimiter({
    name: "test",
    limit: 5,
    windowMs: MINUTE_MS,
    counters: { add: () => Promise.reject(broken) },
    now: () => 0,
  });
  await expect(limiter.take("one")).rejects.toBe(broken);
});
