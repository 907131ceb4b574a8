import { createDeadline, type Deadline } from "../retry/deadline.ts";

export interface Rounds<T> {
  work: Deadline;
  /** With less time than this left there is no further round. */
  beginMs: number;
  now: () => number;
  /** Resolves to true when there is more to do that more time could do. */
  turn: (one: T, share: Deadline) => Promise<boolean>;
  /** Grows while the turns make progress. */
  progress: () => number;
}

/**
 * Gives each item a turn with its share of the time, then further turns to those that have more to do, until all are done, time is
 * over, or a round makes no progress. Resolves to those that have more to do.
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
      // What begins within a share may run past its end; past `beginMs` nothing begins.
      const shareMs = Math.max(0, work.remainingMs() - beginMs) / (left.length - index);
      const share = createDeadline(now, shareMs);
      if (await turn(one, share)) unfinished.push(one);
    }
    left = unfinished;
    if (progress() === before || work.remainingMs() < beginMs) break;
  }
  return left;
}
