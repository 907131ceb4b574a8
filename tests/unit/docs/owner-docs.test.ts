import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { OPEN_ORDERS_INDEX } from "../../../core/stores/dynamodb-table.ts";
import { ORDER_EVENTS } from "../../../core/webhook/event-types.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file.replaceAll("\\", "/")}`),
];

const read = (page: string) => readFileSync(join(root, page), "utf8");

/** The anchor that GitHub makes from a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, "")
    .trim()
    .replaceAll(/\s/g, "-");

test.for(pages)("every link of %s leads to a file, and to a heading that is in it", (page) => {
  const broken = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].filter(
    ([, file = "", anchor]) => {
      const target = file === "" ? page : relative(root, join(root, dirname(page), file));
      if (!existsSync(join(root, target))) return true;
      const headings = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
      return anchor !== undefined && !headings.includes(anchor);
    },
  );
  expect(broken.map(([link]) => link)).toEqual([]);
});

test("every page of docs/ is linked from the README or from a page beside it", () => {
  const linked = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([\w./-]+\.md)/g)].map(([, file = ""]) => join(dirname(page), file)),
  );
  expect(pages.filter((page) => page.startsWith("docs/") && !linked.includes(page))).toEqual([]);
});

test("docs/trouble.md explains every problem that /api/health names", () => {
  const named = [...read("core/routes/health.ts").matchAll(/problems(?:\.push\(|: \[)"(\w+)"/g)];
  expect(named.length).toBeGreaterThan(5);
  expect(named.map(([, problem]) => problem)).toContain("configuration_wrong");
  for (const [, problem] of named) expect(read("docs/trouble.md")).toContain(`| \`${problem}\` |`);
});

test("docs/orders.md names exactly the DynamoDB actions that its access key must be allowed", () => {
  const stores = readdirSync(join(root, "core/stores")).map((file) => read(`core/stores/${file}`));
  const asked = [...stores.join("\n").matchAll(/new (\w+)Command\(|paginate(Query|Scan)\(/g)];
  const paragraph = /\nThe access key needs[\s\S]*?\n\n/.exec(read("docs/orders.md"))?.[0] ?? "";
  const named = [...paragraph.matchAll(/`(?:dynamodb:)?([A-Z]\w+)`/g)].map(([, action]) => action);
  expect(new Set(named)).toEqual(new Set(asked.map(([, command, paged]) => command ?? paged)));
  expect(paragraph).toContain(`index/${OPEN_ORDERS_INDEX}`);
});

test("the README asks for exactly the events that matter to an order", () => {
  const section = /\nA webhook is how[\s\S]*?\n\n([\s\S]*?)\n\n/.exec(read("README.md"))?.[1] ?? "";
  const named = [...section.matchAll(/`([a-z_.]+)`/g)].map(([, type]) => type);
  expect(named).toEqual([...ORDER_EVENTS.keys()]);
});
