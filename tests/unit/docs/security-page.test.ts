import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const page = readFileSync(join(root, "docs/security.md"), "utf8");
const rows = page.split("\n").filter((line) => /^\| V\d/.test(line));
const columnsOf = (row: string): string[] => row.split("|").map((column) => column.trim());

/** The sources of all other tests; a title is in them word for word. */
const sources = readdirSync(join(root, "tests"), { recursive: true, encoding: "utf8" })
  .filter(
    (file) =>
      file.endsWith(".ts") && !file.includes("node_modules") && !file.endsWith("security-page.test.ts"),
  )
  .map((file) => readFileSync(join(root, "tests", file), "utf8"))
  .join("\n");

test("docs/security.md names a test for every requirement, and each of them exists", () => {
  expect(rows.length).toBeGreaterThan(40);
  const missing: string[] = [];
  for (const row of rows) {
    const titles = [...(columnsOf(row)[3] ?? "").matchAll(/`([^`]+)`/g)].map(([, title]) => title ?? "");
    expect(titles.length, row).toBeGreaterThan(0);
    missing.push(...titles.filter((title) => !isTitle(title)));
  }
  expect(missing).toEqual([]);
});

test("docs/security.md names each requirement once, in the order of the standard", () => {
  const first = rows.map((row) => /^V(\d+)\.(\d+)\.(\d+)/.exec(columnsOf(row)[1] ?? ""));
  const order = first.map((id) => Number(id?.[1]) * 10_000 + Number(id?.[2]) * 100 + Number(id?.[3]));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  const ids = rows.flatMap((row) => columnsOf(row)[1]?.match(/V\d+\.\d+\.\d+/g) ?? []);
  expect(new Set(ids).size).toBe(ids.length);
});

/** The title is in quotes, or in a template before a seed. */
function isTitle(title: string): boolean {
  return sources.includes(`"${title}"`) || sources.includes(`\`${title} (seed`);
}
