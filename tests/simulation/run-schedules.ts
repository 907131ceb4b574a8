import { fork } from "node:child_process";

import type { ScheduleResult } from "./schedule.ts";
import { addTallies, emptyTally, type Tally } from "./tally.ts";
import type { Batch, BatchResult, WorkerOptions } from "./worker.ts";

export interface Run {
  /** How many ran; those after the first failure are not counted. */
  schedules: number;
  tally: Tally;
  /** Of all seeds that failed the lowest, so that a run fails the same way every time. */
  failed: ScheduleResult | undefined;
  last: ScheduleResult | undefined;
}

export interface RunOptions {
  seed: number;
  schedules: number;
  workers?: number;
  bug?: string | undefined;
  beside?: string | undefined;
  keepTimeline?: boolean;
  onProgress?: (schedulesDone: number) => void;
}

const LARGEST_BATCH = 50;
const MOST_CRASHES = 3;

/** Spreads seeds over processes. Ends at the first failure. */
export async function runSchedules(options: RunOptions): Promise<Run> {
  const { seed, schedules, workers = 2, bug, beside, keepTimeline = false, onProgress } = options;
  const end = seed + schedules;
  const run: Run = { schedules: 0, tally: emptyTally(), failed: undefined, last: undefined };
  let next = seed;

  /** Nothing new is begun after a failure; what was begun has lower seeds and is brought to its end. */
  function nextBatch(): Batch | undefined {
    if (run.failed !== undefined || next >= end) return undefined;
    const batch = { from: next, count: Math.min(LARGEST_BATCH, end - next) };
    next += batch.count;
    return batch;
  }

  function take({ batch, tally, failed, last }: BatchResult): void {
    run.schedules += batch.count;
    run.tally = addTallies(run.tally, tally);
    run.last = last;
    if (failed !== undefined && failed.seed < (run.failed?.seed ?? Infinity)) run.failed = failed;
    onProgress?.(run.schedules);
  }

  const count = Math.min(workers, Math.ceil(schedules / LARGEST_BATCH));
  await Promise.all(
    Array.from({ length: count }, () => runWorker({ bug, beside, keepTimeline }, nextBatch, take)),
  );
  if (run.failed !== undefined) run.schedules = run.failed.seed - seed + 1;
  return run;
}

/** A crash of Node's own is no finding, and no reason to begin anew: its batch is run again in a new process. */
async function runWorker(
  options: WorkerOptions,
  nextBatch: () => Batch | undefined,
  take: (result: BatchResult) => void,
): Promise<void> {
  let batch = nextBatch();
  for (let crashes = 0; batch !== undefined; crashes += 1) {
    if (crashes > MOST_CRASHES) throw new Error(`Node has crashed ${crashes} times.`);
    batch = await runInProcess(batch, options, nextBatch, take);
  }
}

/** From `first` until there are no more. Resolves to the batch at which the process crashed, if it did. */
function runInProcess(
  first: Batch,
  options: WorkerOptions,
  nextBatch: () => Batch | undefined,
  take: (result: BatchResult) => void,
): Promise<Batch | undefined> {
  return new Promise((resolve, reject) => {
    let batch: Batch | undefined = first;
    const worker = fork(new URL("worker.ts", import.meta.url), [JSON.stringify(options)], {
      serialization: "advanced",
      // What a schedule makes is soon forgotten: with more room it is swept up less often.
      execArgv: ["--max-semi-space-size=21"],
    });
    worker.on("error", reject);
    worker.on("exit", (code, signal) => {
      if (batch !== undefined && signal === null)
        return reject(new Error(`A process of the simulation has ended by itself, with ${code}.`));
      if (batch !== undefined) console.error(`Node has crashed (${signal}); its schedules are run again.`);
      resolve(batch);
    });
    worker.on("message", (result: BatchResult) => {
      take(result);
      batch = nextBatch();
      if (batch === undefined) worker.disconnect();
      else worker.send(batch);
    });
    worker.send(first);
  });
}
