import type { Bookkeeping } from "./bookkeeping.ts";

/** The same notes, of which each is read once: for a look at all of them that takes a moment. */
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
