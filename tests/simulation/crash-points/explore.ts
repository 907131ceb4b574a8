import { once } from "node:events";
import { Worker } from "node:worker_threads";

import type { Exploration, Explored } from "./worker.ts";

/** Runs in its own thread, because it replaces the thread's clock and timers. */
export async function explore(workerData: Exploration): Promise<Explored> {
  const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData });
  const [explored] = (await once(worker, "message")) as [Explored];
  await worker.terminate();
  return explored;
}
