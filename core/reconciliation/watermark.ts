import type { Bookkeeping } from "../stores/bookkeeping.ts";
import { changeNote } from "../stores/change-note.ts";
import type { SourceName } from "./source.ts";

const NAME = "reconciliation";

/** How far reconciliation has come, in ms since 1970. */
export interface Progress {
  /** Everything that Stripe created before this has been looked at and is settled. */
  lookedAtUntilMs: number;
  /** When a run last finished: the heartbeat. */
  finishedMs: number;
  /** At least this many orders wait for their owner; 0 only if none does. */
  flagged: number;
  /** A pass that one run could not finish; the next one resumes it. */
  pass: Pass | undefined;
}

/**
 * One pass through all sources, from `lookedAtUntilMs` to its own start, in as many runs as it takes.
 *
 *     older ──lookedAtUntilMs══════════ cursor ─────────────── startedMs ──▶ newer
 *                     still to look at ◀──┘   looked at, newest first │      next pass
 */
export interface Pass {
  startedMs: number;
  /** Something in it could not be settled and has to be looked at again. */
  hasUnfinished: boolean;
  /** For each source, the last object that was looked at, or `END`. */
  reached: Partial<Record<SourceName, string>>;
}

/** What a source has reached when it has been read to its end. */
export const END = "end";

/** A clock that is this far ahead is still believed; the lists overlap by more. */
export const CLOCKS_DIFFER_BY_MS = 30 * 60_000;

export async function readProgress(bookkeeping: Bookkeeping, nowMs: number): Promise<Progress | undefined> {
  const note = await bookkeeping.read(NAME);
  return note === undefined ? undefined : believable(parseProgress(note.text), nowMs);
}

/**
 * Moves the marks forward, never back: of two runs that end at once, the one that came further stays. Gives up silently when others
 * write each time: the next run repeats the work of a run that saves nothing.
 */
export async function saveProgress(
  bookkeeping: Bookkeeping,
  reached: Progress,
  nowMs: number,
): Promise<void> {
  await changeNote(bookkeeping, NAME, (text) => {
    const before = text === undefined ? undefined : believable(parseProgress(text), nowMs);
    return formatProgress(before === undefined ? reached : furtherOf(before, reached));
  });
}

/** Marks in the future come from a wrong clock, and would hide everything that happens until then. */
function believable(progress: Progress, nowMs: number): Progress {
  const { lookedAtUntilMs, finishedMs, flagged, pass } = progress;
  const latestMs = nowMs + CLOCKS_DIFFER_BY_MS;
  if (Math.max(lookedAtUntilMs, finishedMs, pass?.startedMs ?? 0) <= latestMs) return progress;
  return { lookedAtUntilMs: 0, finishedMs: 0, flagged, pass: undefined };
}

function furtherOf(before: Progress, reached: Progress): Progress {
  const latest = before.finishedMs <= reached.finishedMs ? reached : before;
  const lookedAtUntilMs = Math.max(before.lookedAtUntilMs, reached.lookedAtUntilMs);
  const { finishedMs, flagged, pass } = latest;
  // A pass that another run has finished meanwhile is over.
  const isOver = pass === undefined || pass.startedMs <= lookedAtUntilMs;
  return { lookedAtUntilMs, finishedMs, flagged, pass: isOver ? undefined : pass };
}

/** `<looked at until> <finished> <flagged>`, and for a pass `<started> <unfinished: 0 or 1> <source>=<reached> …`. */
function formatProgress({ lookedAtUntilMs, finishedMs, flagged, pass }: Progress): string {
  const marks = `${lookedAtUntilMs} ${finishedMs} ${flagged}`;
  if (pass === undefined) return marks;
  const reached = Object.entries(pass.reached).map(([source, cursor]) => `${source}=${cursor}`);
  return [marks, pass.startedMs, pass.hasUnfinished ? 1 : 0, ...reached].join(" ");
}

function parseProgress(text: string): Progress {
  const [lookedAtUntilMs, finishedMs, flagged, startedMs, unfinished, ...words] = text.split(" ");
  const reached = Object.fromEntries(words.map((word) => word.split("=")));
  const pass = {
    startedMs: Number(startedMs),
    hasUnfinished: unfinished === "1",
    reached: reached as Pass["reached"],
  };
  return {
    lookedAtUntilMs: Number(lookedAtUntilMs ?? 0),
    finishedMs: Number(finishedMs ?? 0),
    flagged: Number(flagged ?? 0),
    pass: startedMs === undefined ? undefined : pass,
  };
}
