import type { Bookkeeping } from "./bookkeeping.ts";

const MAX_ROUNDS = 4;

/**
 * Changes one of the shop's notes: read, `next`, compare-and-set, and again after a conflict. `next` gets the note's text, or
 * undefined if there is none yet. It returns the new text, or undefined to leave the note as it is. It may run several times.
 * Resolves to false when others changed the note each time.
 */
export async function changeNote(
  bookkeeping: Bookkeeping,
  name: string,
  next: (text: string | undefined) => string | undefined,
): Promise<boolean> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const note = await bookkeeping.read(name);
    const text = next(note?.text);
    // An empty note counts as none.
    if (text === undefined || text === (note?.text ?? "")) return true;
    if ((await bookkeeping.write(name, note?.version ?? 0, text)) === "written") return true;
  }
  return false;
}
