import type { Metadata } from "../checkout/marker.ts";
import type { ShopIdentity } from "../checkout/whose-sale.ts";
import { notesAt } from "../notes-at.ts";
import { parseNote, type Note } from "./stripe-note.ts";
import { TABLE_MARK } from "./table-guard.ts";

/**
 * The marks of tables among the notes of shops without a name, each under the address of its shop. Whose orders stand in a marked
 * table follows `whoseSale`:
 *
 *     who asks                    which marks count                why
 *     a shop without a name       everybody's                      an order from elsewhere is ours if we know its price
 *     a shop with a name          those at its own addresses       what was sold there before it had the name is its own
 *
 * Of a table's own shop only the marks at its own addresses count: another shop without a name may have a table of its own.
 */
export function allMarks(notes: Metadata | undefined): readonly Note[] {
  const names = Object.keys(notes ?? {}).filter(
    (name) => name === TABLE_MARK || name.startsWith(`${TABLE_MARK}@`),
  );
  return marksIn(notes, names);
}

/** The marks at every address where the shop sells or has sold. */
export function marksAt({ hosts }: ShopIdentity, notes: Metadata | undefined): readonly Note[] {
  return marksIn(notes, [...hosts].map(nameAt));
}

/** The newest mark, under the version of the shop's own, which is the one that it writes. */
export function newestMark(own: Note | undefined, others: readonly Note[]): Note | undefined {
  const marks = [...(own === undefined ? [] : [own]), ...others];
  if (marks.length === 0) return undefined;
  const newestMs = Math.max(...marks.map(({ text }) => Number(text)));
  return { text: String(newestMs), version: own?.version ?? 0 };
}

function nameAt(host: string): string {
  const notes = notesAt(host);
  return notes === undefined ? TABLE_MARK : `${TABLE_MARK}@${notes}`;
}

function marksIn(notes: Metadata | undefined, names: readonly string[]): readonly Note[] {
  return names.flatMap((name) => parseNote(notes?.[name]) ?? []);
}
