import { parentPort, workerData } from "node:worker_threads";

import { fulfillWithCrashes, MISHAPS, type CrashPoint, type Fulfillment } from "./fulfill-with-crashes.ts";

export interface Exploration {
  engine: "memory" | "stripe";
  /** Mishaps in one attempt, or in two that follow each other. */
  depth: 1 | 2;
  retriesBelow: 0 | 1;
  mailDelivery?: "at-least-once" | "at-most-once";
}

export interface Explored {
  /** How many calls an undisturbed attempt makes. */
  calls: number;
  runs: number;
  /** The first few, each with where the mishaps were. */
  problems: string[];
}

const MOST_PROBLEMS = 5;

/** Every call of the first attempt times every mishap, and with depth 2 every call of the attempt that follows. */
async function explore({
  engine,
  depth,
  retriesBelow,
  mailDelivery = "at-least-once",
}: Exploration): Promise<Explored> {
  // Pairs grow with the square of the calls; all channels are told at once, so that one stands for all.
  const channels = depth === 1 ? (["webhook", "mail", "chat"] as const) : (["webhook"] as const);
  const setup = { engine, retriesBelow, mailDelivery, channels };
  const undisturbed = await fulfillWithCrashes({ ...setup, points: [] });
  const explored: Explored = {
    calls: undisturbed.calls[0] ?? 0,
    runs: 0,
    problems: [...undisturbed.problems],
  };

  for (const first of pointsIn(explored.calls)) {
    const { calls } = await run([first]);
    if (depth === 1) continue;
    for (const second of pointsIn(calls[1] ?? 0)) await run([first, second]);
  }
  return explored;

  async function run(points: Fulfillment["points"]): Promise<{ calls: number[] }> {
    const { problems, calls } = await fulfillWithCrashes({ ...setup, points });
    explored.runs += 1;
    if (problems.length > 0 && explored.problems.length < MOST_PROBLEMS) {
      const where = points.map(({ call, mishap }) => `${mishap} at call ${call}`).join(", then ");
      explored.problems.push(`${where}: ${problems.join("; ")}`);
    }
    return { calls };
  }
}

function pointsIn(calls: number): CrashPoint[] {
  return Array.from({ length: calls }, (_, index) =>
    MISHAPS.map((mishap) => ({ call: index + 1, mishap })),
  ).flat();
}

const explored = await explore(workerData as Exploration);
parentPort?.postMessage(explored, []);
