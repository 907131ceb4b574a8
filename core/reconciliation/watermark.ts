import type { Bookkeeping } from "./bookkeeping.ts";

const NAME = "reconciliation";

/** How far reconciliation has come, in ms since 1970. */
export interface Progress {
  /** Everything that Stripe created before this was looked at. */
  lookedAtUntilMs: number;
  /** When a run last came to its end: the heartbeat. */
  finishedMs: number;
  /** How many orders then waited for their owner. */
  flagged: number;
}

export async function readProgress(bookkeeping: Bookkeeping): Promise<Progress | undefined> {
  const note = await bookkeeping.read(NAME);
  return note === undefined ? undefined : parseProgress(note.text);
}

/**
 * Moves the marks forward, never back: of two runs that end at once the one that came further stays.
 */
export async function saveProgress(bookkeeping: Bookkeeping, reached: Progress): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    const note = await bookkeeping.read(NAME);
    const before = note === undefined ? undefined : parseProgress(note.text);
    const latest = before === undefined || before.finishedMs <= reached.finishedMs ? reached : before;
    const lookedAtUntilMs = Math.max(before?.lookedAtUntilMs ?? 0, reached.lookedAtUntilMs);
    const text = `${lookedAtUntilMs} ${latest.finishedMs} ${latest.flagged}`;
    if (text === note?.text || (await bookkeeping.write(NAME, note?.version ?? 0, text)) === "written")
      return;
  }
}

function parseProgress(text: string): Progress {
  const [lookedAtUntilMs = 0, finishedMs = 0, flagged = 0] = text.split(" ").map(Number);
  return { lookedAtUntilMs, finishedMs, flagged };
}
