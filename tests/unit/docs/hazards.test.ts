import { globSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

const ROOT = new URL("../../../", import.meta.url);
const LIST = readFileSync(new URL("docs/hazards.md", ROOT), "utf8");

/** The highest numbers that are only in titles. */
const OLDER: Readonly<Record<string, number>> = { A: 35, B: 22, C: 17, D: 25, E: 17 };

const rows = [...LIST.matchAll(/^\| ([A-M]\d{2}) \| (.+) \| (.+) \|$/gm)].map(
  ([, id = "", wrong, right]) => ({
    id,
    wrong,
    right,
  }),
);

/** Titles of tests, and the hazards that seeded bugs stand for. */
function idsInTests(): Set<string> {
  const files = globSync("tests/**/*.ts", { cwd: ROOT, exclude: ["tests/platforms/node_modules/**"] });
  const titles = files.flatMap((file) => [
    ...readFileSync(new URL(file, ROOT), "utf8").matchAll(
      /(?:\b(?:test|it)(?:\.[a-z]+)*\(\s*|\)\(\s*|hazards: |title: |name: )["'`]((?:[A-M]\d{2}[,: ]+)+)/g,
    ),
  ]);
  return new Set(titles.flatMap(([, ids = ""]) => ids.match(/[A-M]\d{2}/g) ?? []));
}

test("every hazard has its own id, in order and without a gap", () => {
  const ids = rows.map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(100);
  expect(ids).toEqual([...new Set(ids)].toSorted());
  for (const [index, id] of ids.entries()) {
    const [letter, number] = [id.slice(0, 1), Number(id.slice(1))];
    const before = ids[index - 1]?.startsWith(letter)
      ? Number(ids[index - 1]?.slice(1))
      : (OLDER[letter] ?? 0);
    expect(number, id).toBe(before + 1);
  }
});

test("every hazard has a test with its id", () => {
  const tested = idsInTests();
  expect(rows.filter(({ id }) => !tested.has(id)).map(({ id }) => id)).toEqual([]);
});

test("every id in a test's title is a hazard", () => {
  const known = new Set(rows.map(({ id }) => id));
  const isOlder = (id: string): boolean => Number(id.slice(1)) <= (OLDER[id.slice(0, 1)] ?? 0);
  expect([...idsInTests()].filter((id) => !known.has(id) && !isOlder(id))).toEqual([]);
});
