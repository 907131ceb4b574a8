import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import type { Counters } from "../../core/stores/counters.ts";
import { createLimiter } from "../../core/limits/limiter.ts";
import { createResendLimit } from "../../core/limits/resend-limit.ts";

/** What limits and alarms rely on, in every implementation. */
export function countersContract(counters: () => Counters): void {
  const untilMs = Date.now() + 60_000;

  test("a counter begins at zero and adds up, and others stay unchanged", async () => {
    const name = randomUUID();
    expect(await counters().add(name, 0, untilMs)).toBe(0);
    expect(await counters().add(name, 1, untilMs)).toBe(1);
    expect(await counters().add(name, 50, untilMs)).toBe(51);
    expect(await counters().add(`${name}2`, 2, untilMs)).toBe(2);
  });

  test("D11: 64 additions at once give every sum from 1 to 64, each once", async () => {
    const name = randomUUID();
    const sums = await Promise.all(Array.from({ length: 64 }, () => counters().add(name, 1, untilMs)));
    expect(sums.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, index) => index + 1));
  });

  test("D11: 32 takes at once through four limiters give exactly the limit", async () => {
    const options = { name: randomUUID(), limit: 5, windowMs: 60_000, now: () => 1_795_000_000_000 };
    const limiters = Array.from({ length: 4 }, () => createLimiter({ ...options, counters: counters() }));
    const taken = await Promise.all(
      limiters.flatMap(({ take }) => Array.from({ length: 8 }, () => take("buyer"))),
    );
    expect(taken.filter((answer) => answer.kind === "taken")).toHaveLength(5);
    expect(taken.filter((answer) => answer.kind === "refused")).toHaveLength(27);
    expect(await createLimiter({ ...options, counters: counters() }).take("another buyer")).toEqual({
      kind: "taken",
    });
  });

  test("D25: one order gives three of 16 mails asked for at once, and one that is given back can be taken again", async () => {
    const { take } = createResendLimit(counters(), () => 1_795_000_000_000);
    const order = randomUUID();
    const taken = await Promise.allSettled(Array.from({ length: 16 }, () => take(order)));
    const given = taken.filter((answer) => answer.status === "fulfilled");
    expect(given).toHaveLength(3);
    await given[0]?.value.giveBack();
    await take(order);
    await expect(take(order)).rejects.toMatchObject({ status: 429, code: "too_many_mails" });
  });
}
