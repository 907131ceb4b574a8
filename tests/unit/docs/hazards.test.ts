import { globSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

const ROOT = new URL("../../../", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, ROOT), "utf8");

const ids = [...read("docs/hazards.md").matchAll(/^\| ([A-Z]\d+) \| .+ \| .+ \|$/gm)].map(
  ([, id = ""]) => id,
);

/** Letter and number, such as I7; the words follow behind a blank. */
const invariants = [...read("tests/simulation/violations.ts").matchAll(/^ {2}\| "([A-Z]\d+) /gm)].map(
  ([, id = ""]) => id,
);

const files = globSync("tests/**/*.{ts,js,mjs,cjs}", {
  cwd: ROOT,
  exclude: ["tests/platforms/node_modules/**", "tests/unit/docs/hazards.test.ts"],
});

/**
 * The codes that titles begin with (`A06, A07: …`, `I8 B19: …`), and those that seeded bugs name. What the simulation reports
 * (`I10 only the lease holder acts`) has no colon behind its code and is no title.
 */
function codesIn(paths: readonly string[]): string[] {
  const lists = paths.flatMap((file) => [
    ...read(file).matchAll(/["'`]((?:[A-Z]\d{1,2}[, ]+)*[A-Z]\d{1,2}): /g),
    ...read(file).matchAll(/hazards: "([^"]+)"/g),
  ]);
  return [...new Set(lists.flatMap(([, codes = ""]) => codes.split(/[, ]+/)))];
}

/** A hazard has two digits. An invariant in a title has one, so that I7 and I07 cannot be taken for each other. */
const isHazard = (code: string): boolean => /^[A-M]\d{2}$/.test(code);

test("every hazard has an id of its own, in order", () => {
  expect(ids.length).toBeGreaterThan(200);
  expect(ids.filter((id) => !isHazard(id))).toEqual([]);
  expect(ids).toEqual([...new Set(ids)].toSorted());
});

test("every hazard has a test with its id in the title", () => {
  const tested = new Set(codesIn(files));
  expect(ids.filter((id) => !tested.has(id))).toEqual([]);
});

test("every code in a test's title is a hazard, or an invariant of one digit", () => {
  const known = new Set([...ids, ...invariants.filter((id) => id.length === 2)]);
  expect(codesIn(files).filter((code) => !known.has(code))).toEqual([]);
});

test("a title has a colon between its codes and its words", () => {
  const lacksColon = /(?:\b(?:test|it)(?:\.\w+)*|\))\(\s*["'`](?:[A-Z]\d{1,2},? )+(?![A-Z]\d{1,2}[,: ])/;
  expect(files.filter((file) => lacksColon.test(read(file)))).toEqual([]);
});

test("in the simulation I10 and above are invariants, so no title there begins with such a hazard", () => {
  const simulation = files.filter((file) => file.startsWith("tests/simulation/"));
  expect(codesIn(simulation).filter((code) => /^I\d{2}$/.test(code))).toEqual([]);
});

test("docs/reliability.md has every invariant of the shop that the simulation checks, and no other", () => {
  const rows = [...read("docs/reliability.md").matchAll(/^\| (I\d+) \| .+ \|$/gm)].map(([, id]) => id);
  expect(rows).toEqual(invariants.filter((id) => id.startsWith("I")));
});
