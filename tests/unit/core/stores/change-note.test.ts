import { beforeEach, expect, test } from "vitest";

import { changeNote } from "../../../../core/stores/change-note.ts";

let notes: Map<string, { text: string; version: number }>;
let writes: number;
/** How many of the next writes find that another program was faster. */
let conflicts: number;
beforeEach(() => {
  [notes, writes, conflicts] = [new Map(), 0, 0];
});

const bookkeeping = {
  read: async (name: string) => notes.get(name),
  async write(name: string, expectedVersion: number, text: string) {
    writes += 1;
    const version = notes.get(name)?.version ?? 0;
    if (conflicts > 0) notes.set(name, { text: `other-${(conflicts -= 1)}`, version: version + 1 });
    if ((notes.get(name)?.version ?? 0) !== expectedVersion) return "conflict" as const;
    notes.set(name, { text, version: version + 1 });
    return "written" as const;
  },
};

test("a note that does not exist yet is created", async () => {
  expect(await changeNote(bookkeeping, "one", (text) => `${text}+`)).toBe(true);
  expect(notes.get("one")).toEqual({ text: "undefined+", version: 1 });
});

test("nothing is written when nothing changes: the same text, no text, or an empty note where there is none", async () => {
  notes.set("one", { text: "same", version: 7 });
  expect(await changeNote(bookkeeping, "one", () => "same")).toBe(true);
  expect(await changeNote(bookkeeping, "one", () => undefined)).toBe(true);
  expect(await changeNote(bookkeeping, "two", () => "")).toBe(true);
  expect(writes).toBe(0);
});

test("after a conflict the change is made to what the other program wrote", async () => {
  conflicts = 3;
  expect(await changeNote(bookkeeping, "one", (text) => `${text}+`)).toBe(true);
  expect(notes.get("one")?.text).toBe("other-0+");
  expect(writes).toBe(4);
});

test("gives up at the fourth conflict, and tells the caller", async () => {
  conflicts = 4;
  expect(await changeNote(bookkeeping, "one", (text) => `${text}+`)).toBe(false);
  expect(writes).toBe(4);
});
