import { expect, test } from "vitest";

import { runSchedules } from "./run-schedules.ts";
import { describeFailure } from "./summary.ts";
import type { Tally } from "./tally.ts";

/** Two thirds of what these schedules show today, so that a generator which stops making one of these is noticed. */
const LEAST: Partial<Tally> = {
  disputed: 150,
  disputedTwice: 34,
  paused: 28,
  renewalRefunds: 54,
  debitSubscriptions: 36,
  debitsFailed: 19,
  severalLines: 188,
  forms: 236,
  mailsAgain: 62,
  mailsAtMostOnce: 52,
  commands: 118,
  thinEvents: 567,
  bothSign: 167,
  bothKnown: 143,
  foreignWrites: 60,
};

test("A05 A10 A11 A13 A17 A28 A31 A32 B03 B04 B06 B07 B11 B12 E15 A46 A47 A48 A49 A50 B35 B36: 1,500 schedules keep every invariant", async () => {
  const { failed, schedules, tally } = await runSchedules({ seed: 1, schedules: 1_500 });

  if (failed !== undefined) expect.fail(await describeFailure(failed));
  expect(schedules).toBe(1_500);
  // Enough was bought, and enough went wrong.
  expect(tally.fulfilled).toBeGreaterThanOrEqual(1_200);
  expect(tally.flagged).toBeGreaterThan(30);
  expect(tally.refunded).toBeGreaterThan(150);
  expect(tally.deaths).toBeGreaterThan(4_000);
  expect(tally.faults).toBeGreaterThan(6_000);
  expect(tally.mailsTwice).toBeGreaterThan(15);
  const tooSeldom = Object.entries(LEAST)
    .map(([habit, least]) => ({ habit, least, count: tally[habit as keyof Tally] }))
    .filter(({ count, least }) => count < least);
  expect(tooSeldom).toEqual([]);
});

test("a seed is the same run every time, alone or among others", async () => {
  const seed = 3;
  const alone = await runSchedules({ seed, schedules: 1, keepTimeline: true });
  const again = await runSchedules({ seed, schedules: 1, keepTimeline: true });
  const afterOthers = await runSchedules({ seed: 1, schedules: seed, workers: 1, keepTimeline: true });

  expect(alone.last?.timeline.length).toBeGreaterThan(50);
  expect(again.last).toEqual(alone.last);
  expect(afterOthers.last).toEqual(alone.last);
});

test("another seed is another run", async () => {
  const one = await runSchedules({ seed: 1, schedules: 1, keepTimeline: true });
  const other = await runSchedules({ seed: 2, schedules: 1, keepTimeline: true });
  expect(other.last?.timeline).not.toEqual(one.last?.timeline);
});

test("E16: two versions answer side by side, and one of them goes on alone", async () => {
  const beside = new URL("../../", import.meta.url).href;
  const { failed } = await runSchedules({ seed: 1, schedules: 100, beside });
  if (failed !== undefined) expect.fail(await describeFailure(failed, { beside }));

  const kinds = { during: new Set<string>(), after: new Set<string>() };
  for (let seed = 1; seed <= 8; seed += 1) {
    const { last } = await runSchedules({ seed, schedules: 1, beside, keepTimeline: true });
    const { during, after } = answeringVersions(last?.timeline ?? []);
    for (const version of during) kinds.during.add(version);
    for (const version of after) kinds.after.add(version);
    expect(after.size, `seed ${seed}, after the storm`).toBeLessThanOrEqual(1);
  }
  expect([...kinds.during].toSorted()).toEqual(["other", "this"]);
  expect([...kinds.after].toSorted()).toEqual(["other", "this"]);
});

/** Which versions are given requests while both are deployed, and afterwards. */
function answeringVersions(timeline: readonly string[]): { during: Set<string>; after: Set<string> } {
  const others = new Set<string>();
  const seen = { during: new Set<string>(), after: new Set<string>() };
  let phase: keyof typeof seen = "during";
  for (const note of timeline) {
    const [, name = "", what = ""] = /^\S+ \S+\s+(\S+)\s+(.*)$/.exec(note) ?? [];
    if (what === "the storm is over") phase = "after";
    if (what === "runs the other version") others.add(name);
    if (what.startsWith("←")) seen[phase].add(others.has(name) ? "other" : "this");
  }
  return seen;
}
