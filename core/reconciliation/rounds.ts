import { createDeadline, type Deadline } from "../orders/deadline.ts";

export interface Rounds<T> {
  work: Deadline;
  /** With less time than this left there is no further round. */
  beginMs: number;
  now: () => number;
  /** Resolves to true when there is more to do, and time may do it. */
  turn: (one: T, share: Deadline) => Promise<boolean>;
  /** Grows as long as the turns get on. */
  progress: () => number;
}

/**
 * Gives each a turn with its share of the time, and then again those that have more to do, until all are done, time is over, or a
 * round makes no progress. Resolves to those that have more to do.
 */
export async function goRound<T>(
  all: readonly T[],
  { work, beginMs, now, turn, progress }: Rounds<T>,
): Promise<readonly T[]> {
  let left = all;
  while (left.length > 0) {
    const before = progress();
    const unfinished: T[] = [];
    for (const [index, one] of left.entries()) {
      // What is begun in a share may go on behind it; behind `beginMs` nothing is begun.
      const shareMs = Math.max(0, work.remainingMs() - beginMs) / (left.length - index);
      const share = createDeadline(now, shareMs);
      if (await turn(one, share)) unfinished.push(one);
    }
    left = unfinished;
    if (progress() === before || work.remainingMs() < beginMs) break;
  }
  return left;
}
