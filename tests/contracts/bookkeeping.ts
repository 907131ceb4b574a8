import { randomBytes } from "node:crypto";

import { expect, test } from "vitest";

import type { Bookkeeping } from "../../core/stores/bookkeeping.ts";

/** Every engine can keep a note this long: a metadata value at Stripe has 500 characters, some of them for the version. */
const LONGEST_NOTE = 480;

/** What every engine promises about the shop's own small notes. `used` gets every name, so that a lasting engine can delete them. */
export function bookkeepingContract(open: () => Bookkeeping, used: (name: string) => void): void {
  const newName = (): string => {
    const name = `contract_${randomBytes(8).toString("hex")}`;
    used(name);
    return name;
  };

  test("a note that was never written is absent", async () => {
    expect(await open().read(newName())).toBeUndefined();
  });

  test("a note comes back as it was written, with its version", async () => {
    const [notes, name] = [open(), newName()];
    expect(await notes.write(name, 0, "1795000000000 1795000000001")).toBe("written");
    expect(await notes.read(name)).toEqual({ text: "1795000000000 1795000000001", version: 1 });
    expect(await notes.write(name, 1, "two\nlines")).toBe("written");
    expect(await notes.read(name)).toEqual({ text: "two\nlines", version: 2 });
  });

  test(`a note of ${LONGEST_NOTE} characters is kept whole`, async () => {
    const [notes, name] = [open(), newName()];
    const text = "0123456789".repeat(LONGEST_NOTE / 10);
    expect(await notes.write(name, 0, text)).toBe("written");
    expect(await notes.read(name)).toEqual({ text, version: 1 });
  });

  test("A32: a write at a version other than the note's conflicts and changes nothing", async () => {
    const [notes, name] = [open(), newName()];
    expect(await notes.write(name, 0, "first")).toBe("written");
    expect(await notes.write(name, 1, "second")).toBe("written");
    expect(await notes.write(name, 0, "late")).toBe("conflict");
    expect(await notes.write(name, 1, "later")).toBe("conflict");
    expect(await notes.read(name)).toEqual({ text: "second", version: 2 });
  });

  test("A32: exactly one of 8 writers at one version wins", async () => {
    const [notes, name] = [open(), newName()];
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) => notes.write(name, 0, `writer ${index}`)),
    );
    expect(results.filter((result) => result === "written")).toHaveLength(1);
    expect(await notes.read(name)).toEqual({ text: `writer ${results.indexOf("written")}`, version: 1 });
  });

  test("notes do not touch each other", async () => {
    const [notes, first, second] = [open(), newName(), newName()];
    await notes.write(first, 0, "one");
    expect(await notes.read(second)).toBeUndefined();
    expect(await notes.write(second, 0, "two")).toBe("written");
    expect(await notes.read(first)).toEqual({ text: "one", version: 1 });
  });
}
