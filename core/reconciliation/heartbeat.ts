import type { Bookkeeping } from "./bookkeeping.ts";
import { CLOCKS_DIFFER_BY_MS, type Progress } from "./watermark.ts";

/** The note of when the shop was first seen. */
export const FIRST_SEEN = "first_seen";

/** Hosts run the scheduled reconciliation at least once a day. */
const OVERDUE_MS = 26 * 3_600_000;

/** A run goes on where the one before it stopped; this far behind they will not catch up, or one order holds them. */
const BEHIND_MS = 3 * 24 * 3_600_000;

/** True when runs have begun, and none has come to its end for longer than a day. */
export function isOverdue(progress: Progress | undefined, nowMs: number): boolean {
  return progress !== undefined && nowMs - progress.finishedMs > OVERDUE_MS;
}

export interface RunsSoFar {
  progress: Progress | undefined;
  /** The host starts runs by itself, or should. */
  isScheduled: boolean;
  bookkeeping: Bookkeeping;
  nowMs: number;
}

/**
 * What is wrong with the scheduled runs. Where none has ever come to its end, they are late since the shop was first seen; so is
 * a first look through all lists that takes more runs than it should.
 */
export async function troubleWithRuns({
  progress,
  isScheduled,
  bookkeeping,
  nowMs,
}: RunsSoFar): Promise<{ isOverdue: boolean; isBehind: boolean }> {
  if (progress === undefined) {
    if (!isScheduled) return { isOverdue: false, isBehind: false };
    return { isOverdue: nowMs - (await firstSeenMs(bookkeeping, nowMs)) > OVERDUE_MS, isBehind: false };
  }
  const untilMs = progress.lookedAtUntilMs || (await firstSeenMs(bookkeeping, nowMs));
  return { isOverdue: isOverdue(progress, nowMs), isBehind: nowMs - untilMs > BEHIND_MS };
}

/**
 * When a run began, or somebody asked for the shop's health, for the first time.
 * @throws when the engine refuses the note: nobody could ever tell that runs are late.
 */
export async function firstSeenMs(bookkeeping: Bookkeeping, nowMs: number): Promise<number> {
  const note = await bookkeeping.read(FIRST_SEEN);
  // A moment in the future comes of a wrong clock.
  if (note !== undefined && Number(note.text) <= nowMs + CLOCKS_DIFFER_BY_MS) return Number(note.text);
  await bookkeeping.write(FIRST_SEEN, note?.version ?? 0, String(nowMs));
  return nowMs;
}
