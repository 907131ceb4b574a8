import type { Bookkeeping } from "../stores/bookkeeping.ts";

/** The same notes, each read only once: for a brief look at all of them. */
export function readOnce(bookkeeping: Bookkeeping): Bookkeeping {
  const notes = new Map<string, ReturnType<Bookkeeping["read"]>>();
  return {
    read(name) {
      const note = notes.get(name) ?? bookkeeping.read(name);
      notes.set(name, note);
      return note;
    },
    write(name, expectedVersion, text) {
      notes.delete(name);
      return bookkeeping.write(name, expectedVersion, text);
    },
  };
}
