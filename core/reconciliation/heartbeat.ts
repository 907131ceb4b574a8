import type { Bookkeeping } from "../stores/bookkeeping.ts";
import { CLOCKS_DIFFER_BY_MS, type Progress } from "./watermark.ts";

/** The note of when the shop was first seen. */
export const FIRST_SEEN = "first_seen";

/** Hosts run the scheduled reconciliation at least once a day. */
const OVERDUE_MS = 26 * 3_600_000;

/** A run resumes where the last one stopped. Runs that are this far behind will not catch up, or one order holds them up. */
const BEHIND_MS = 3 * 24 * 3_600_000;

/** True when runs have begun, but none has finished for longer than a day. */
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
 * What is wrong with the scheduled runs. If none has ever finished, they are late since the shop was first seen; so is a first pass
 * through all lists that takes more runs than it should.
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
 * When a run first began, or the shop's health was first asked for.
 * @throws when the storage refuses the note: then late runs would never be noticed.
 */
export async function firstSeenMs(bookkeeping: Bookkeeping, nowMs: number): Promise<number> {
  const note = await bookkeeping.read(FIRST_SEEN);
  // A time in the future comes from a wrong clock.
  if (note !== undefined && Number(note.text) <= nowMs + CLOCKS_DIFFER_BY_MS) return Number(note.text);
  await bookkeeping.write(FIRST_SEEN, note?.version ?? 0, String(nowMs));
  return nowMs;
}
