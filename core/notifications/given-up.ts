import type { Bookkeeping } from "../stores/bookkeeping.ts";

const NAME = "news_given_up";

/** Long enough for an owner to look, short enough that a problem which was fixed does not stay. */
const REMEMBER_MS = 3 * 24 * 3_600_000;

/** Records that some message will not be tried again. A note that another instance has just written is as good. */
export async function recordGivenUp(bookkeeping: Bookkeeping, nowMs: number): Promise<void> {
  const before = await bookkeeping.read(NAME);
  await bookkeeping.write(NAME, before?.version ?? 0, String(nowMs));
}

/** True for some days after a message was given up. */
export async function wasGivenUp(bookkeeping: Bookkeeping, nowMs: number): Promise<boolean> {
  const note = await bookkeeping.read(NAME);
  return note !== undefined && nowMs - Number(note.text) < REMEMBER_MS;
}
