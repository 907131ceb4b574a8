import type { ScheduleResult } from "./schedule.ts";
import { applyPatches } from "./seeded-bugs/apply-patches.ts";
import { findBug } from "./seeded-bugs/seeded-bugs.ts";
import { addTallies, emptyTally, type Tally } from "./tally.ts";

export interface WorkerOptions {
  /** The name of a seeded bug. */
  bug: string | undefined;
  /** Where another version of the shop lies, which runs beside this one. */
  beside: string | undefined;
  keepTimeline: boolean;
}

/** Consecutive seeds. */
export interface Batch {
  from: number;
  count: number;
}

export interface BatchResult {
  batch: Batch;
  tally: Tally;
  /** Of a batch with a violation the first; the seeds after it were not run. */
  failed: ScheduleResult | undefined;
  /** The last one, whatever came of it. */
  last: ScheduleResult | undefined;
}

const { bug, beside, keepTimeline } = JSON.parse(process.argv[2] ?? "{}") as WorkerOptions;
// Patches must stand before the first module of the shop is loaded.
if (bug !== undefined) applyPatches(findBug(bug));
const { runSchedule } = await import("./schedule.ts");
const { loadVersion } = await import("./shop-version.ts");
const other = beside === undefined ? undefined : await loadVersion(new URL(beside));

async function runBatch(batch: Batch): Promise<BatchResult> {
  let tally = emptyTally();
  let last: ScheduleResult | undefined;
  for (let seed = batch.from; seed < batch.from + batch.count; seed += 1) {
    last = await runSchedule(seed, { keepTimeline, beside: other });
    tally = addTallies(tally, last.tally);
    if (last.violations.length > 0) return { batch, tally, failed: last, last };
  }
  return { batch, tally, failed: undefined, last };
}

process.on("message", (batch: Batch) => {
  void runBatch(batch).then((result) => process.send?.(result));
});
