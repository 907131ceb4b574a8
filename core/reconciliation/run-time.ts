import { createDeadline, type Deadline } from "../retry/deadline.ts";

/** Hosts give a run 30 s, and its deadline is at 24 s: notes may be saved after it, up to here. */
const SAVE_BEHIND_MS = 4_000;

/** A call to the storage takes longer than this only if it fails. */
const SLOWEST_CALL_MS = 2_000;

/** Stripe does not answer at once, even where a table does. */
const USUAL_CALL_MS = 400;

/**
 * Noting which orders wait takes a read and a write, and so does saving the place; before them comes the last order's last write. The
 * very first notes also need room made for them.
 */
const CALLS_TO_END = 5;
const CALLS_TO_END_FIRST = 7;

/** Before an order's mail can be sent, its record is read, Stripe is asked, and the lease is written. */
const CALLS_BEFORE_MAIL = 3;

/** A mail gets three seconds; `effect-time.ts` explains what is kept back for the writes around it. */
const MAIL_MS = 3_000;
const WRITES_AROUND_MAIL_MS = 1_500;
const WRITES_AROUND_MAIL = 2.5;

/** With less time than this nothing is begun at all. */
const SHORTEST_MS = 1_500;

export interface RunTime {
  /** Ends early enough for the run's notes to be saved. */
  work: Deadline;
  /** With less time left than this no order is begun: this run could not mail its buyer. */
  beginMs: number;
  /** The time needed to see whether an order is as it should be. Most are. */
  lookMs: number;
}

/**
 * Divides a run's time by how long the first notes took to read. A host ends what runs too long. A run that has not saved its place
 * did its work, but the next one begins where this one did.
 *
 *     ├ notes read ┤────────────── work ──────────────┤ the last orders end ┤ notes saved ┤   ┤ the host's end
 *                                     └─ beginMs: no order begins behind this
 */
export function divideTime(
  deadline: Deadline,
  { noteMs, isFirstRun, now }: { noteMs: number; isFirstRun: boolean; now: () => number },
): RunTime {
  const callMs = Math.min(noteMs, SLOWEST_CALL_MS);
  const remainingMs = deadline.remainingMs();
  const endingMs = callMs * (isFirstRun ? CALLS_TO_END_FIRST : CALLS_TO_END);
  const workMs = Math.min(remainingMs, Math.max(remainingMs + SAVE_BEHIND_MS - endingMs, remainingMs / 2));
  const mailMs = MAIL_MS + Math.max(WRITES_AROUND_MAIL_MS, WRITES_AROUND_MAIL * callMs);
  const lookMs = CALLS_BEFORE_MAIL * Math.max(callMs, USUAL_CALL_MS);
  // Even a slow run begins some orders once it has the lists.
  const beginMs = Math.min(lookMs + mailMs, Math.max(workMs - 2 * callMs, SHORTEST_MS));
  return { work: createDeadline(now, workMs), beginMs, lookMs: Math.min(lookMs, beginMs) };
}
