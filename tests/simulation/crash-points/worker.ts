import { parentPort, workerData } from "node:worker_threads";

import { fulfillWithCrashes, MISHAPS, type CrashPoint, type Fulfillment } from "./fulfill-with-crashes.ts";

export interface Exploration {
  engine: "memory" | "stripe";
  mishaps: "one" | "two in one attempt" | "two in two attempts";
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

/** Tries every mishap at every call of the first attempt. For pairs, also at every later call of that attempt, or at every call of the next. */
async function explore({
  engine,
  mishaps,
  retriesBelow,
  mailDelivery = "at-least-once",
}: Exploration): Promise<Explored> {
  // All channels are told at once. Two attempts have so many pairs of calls that one channel has to stand for all.
  const channels =
    mishaps === "two in two attempts" ? (["webhook"] as const) : (["webhook", "mail", "chat"] as const);
  const setup = { engine, retriesBelow, mailDelivery, channels };
  const undisturbed = await fulfillWithCrashes({ ...setup, points: [] });
  const explored: Explored = {
    calls: undisturbed.calls[0] ?? 0,
    runs: 0,
    problems: [...undisturbed.problems],
  };

  for (const first of pointsIn(explored.calls)) {
    const { calls } = await run([first]);
    const [disturbed = 0, following = 0] = calls;
    if (mishaps === "two in one attempt") {
      // More calls follow a call that failed. After a crash only those follow that had left already.
      for (const also of pointsIn(disturbed)) if (also.call > first.call) await run([{ ...first, also }]);
    }
    if (mishaps === "two in two attempts")
      for (const second of pointsIn(following)) await run([first, second]);
  }
  return explored;

  async function run(points: Fulfillment["points"]): Promise<{ calls: number[] }> {
    const { problems, calls } = await fulfillWithCrashes({ ...setup, points });
    explored.runs += 1;
    if (problems.length > 0 && explored.problems.length < MOST_PROBLEMS) {
      const where = points.map(describePoint).join(", then ");
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

function describePoint({ call, mishap, also }: CrashPoint): string {
  const first = `${mishap} at call ${call}`;
  return also === undefined ? first : `${first} and ${describePoint(also)}`;
}

const explored = await explore(workerData as Exploration);
parentPort?.postMessage(explored, []);
