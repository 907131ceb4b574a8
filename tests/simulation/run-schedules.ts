import { Worker } from "node:worker_threads";

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
  keepTimeline?: boolean;
  onProgress?: (schedulesDone: number) => void;
}

const LARGEST_BATCH = 50;

/** Spreads seeds over threads, each with a world of its own. Ends at the first failure. */
export async function runSchedules(options: RunOptions): Promise<Run> {
  const { seed, schedules, workers = 2, bug, keepTimeline = false, onProgress } = options;
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
  await Promise.all(Array.from({ length: count }, () => runWorker({ bug, keepTimeline }, nextBatch, take)));
  if (run.failed !== undefined) run.schedules = run.failed.seed - seed + 1;
  return run;
}

async function runWorker(
  workerData: WorkerOptions,
  nextBatch: () => Batch | undefined,
  take: (result: BatchResult) => void,
): Promise<void> {
  const worker = new Worker(new URL("worker.ts", import.meta.url), {
    workerData,
    // What a schedule makes is soon forgotten: with more room it is swept up less often.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      const proceed = (): void => {
        const batch = nextBatch();
        if (batch === undefined) resolve();
        else worker.postMessage(batch, []);
      };
      worker.on("error", reject);
      worker.on("exit", () => reject(new Error("A worker of the simulation ended by itself.")));
      worker.on("message", (result: BatchResult) => {
        take(result);
        proceed();
      });
      proceed();
    });
  } finally {
    worker.removeAllListeners("exit");
    await worker.terminate();
  }
}
