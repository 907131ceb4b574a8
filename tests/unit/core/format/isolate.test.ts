import { expect, test } from "vitest";

import { isolate } from "../../../../core/format/isolate.ts";
import { ownLine, singleLine } from "../../../../core/format/plain-text.ts";
import { titleOf } from "../../../../cli/dev/panel/simulated-order.ts";

test.for(["ملصق (A2) 2026!", "ספר הגאות 3", "Ebb – جزر", "ދިވެހި", "\u200f2026"])(
  "F10: %j is isolated from the words around it",
  (name) => {
    expect(isolate(name)).toBe(`\u2068${name}\u2069`);
  },
);

test.for(["Tide chart poster, A2", "Bücher", "潮汐表 2026", "Плакат", "", "2026 (A2)!", "🌊"])(
  "F10: %j stays as it is: it has no direction of its own",
  (name) => {
    expect(isolate(name)).toBe(name);
  },
);

test("F14: direction marks in a foreign name have no effect outside it, and the shop's own survive in the mail's subject", () => {
  const wicked = "ملصق\u2069\u202e 2026\u2068";
  const name = isolate(singleLine(wicked));
  expect(name).toBe("\u2068ملصق 2026\u2069");
  expect(ownLine(`Your order at ${name}`)).toBe(`Your order at ${name}`);
  expect(ownLine("one\r\nBcc: two\u202e\u2066")).toBe("one Bcc: two");
});

test("F12: the panel names an order whose items are written from right to left", () => {
  const items = [
    { name: "ملصق", quantity: 2, amountMinor: 6400 },
    { name: "Poster", quantity: 1, amountMinor: 3200 },
  ];
  expect(titleOf({ items })).toBe("2 × \u2068ملصق\u2069, Poster");
});
