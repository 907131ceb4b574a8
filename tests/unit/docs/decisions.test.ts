import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

const FOLDER = new URL("../../../docs/decisions/", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, FOLDER), "utf8");
const files = readdirSync(FOLDER).filter((file) => file !== "README.md");

test("decisions are numbered without a gap, and the index has each once, in order", () => {
  expect(files.map((file) => file.slice(0, 5))).toEqual(
    files.map((_, index) => `${String(index + 1).padStart(4, "0")}-`),
  );
  const index = [...read("README.md").matchAll(/^\| \[(\d{4})\]\((.+?)\)/gm)];
  expect(index.map(([, , file]) => file)).toEqual(files);
  expect(index.map(([, number]) => number)).toEqual(files.map((file) => file.slice(0, 4)));
});

test.for(files)("%s says context, decision, what was rejected and the consequences", (file) => {
  expect(read(file)).toMatch(new RegExp(`^# ${file.slice(0, 4)}: \\S`));
  expect([...read(file).matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part)).toEqual([
    "Context",
    "Decision",
    "Rejected",
    "Consequences",
  ]);
});
