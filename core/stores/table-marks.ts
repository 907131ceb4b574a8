import type { Metadata } from "../stripe/metadata.ts";
import type { ShopIdentity } from "../stripe/whose-sale.ts";
import { notesOfHosts, parseNote, type Note } from "./stripe-note.ts";
import { TABLE_MARK } from "./table-guard.ts";

/**
 * The marks of tables among the notes of shops without a name, each under the address of its shop. Which orders are in a marked table
 * follows from `whoseSale`:
 *
 *     who asks                    which marks count                why
 *     a shop without a name       all of them                      an order from elsewhere is ours if we know its price
 *     a shop with a name          those at its own addresses       what was sold there before it had the name is its own
 *
 * For a shop that has a table, only the marks at its own addresses count: another shop without a name may have its own table.
 */
export function allMarks(notes: Metadata | undefined): readonly Note[] {
  return Object.entries(notes ?? {}).flatMap(([name, note]) => {
    const isMark = name === TABLE_MARK || name.startsWith(`${TABLE_MARK}@`);
    return isMark ? (parseNote(note) ?? []) : [];
  });
}

/** The marks at every address where the shop sells or has sold. */
export function marksAt({ hosts }: ShopIdentity, notes: Metadata | undefined): readonly Note[] {
  return notesOfHosts(TABLE_MARK, hosts, notes);
}

/** The newest mark, under the version of the shop's own mark, which is the one it writes. */
export function newestMark(own: Note | undefined, others: readonly Note[]): Note | undefined {
  const marks = [...(own === undefined ? [] : [own]), ...others];
  if (marks.length === 0) return undefined;
  const newestMs = Math.max(...marks.map(({ text }) => Number(text)));
  return { text: String(newestMs), version: own?.version ?? 0 };
}
