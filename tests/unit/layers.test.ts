import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const CORE = fileURLToPath(new URL("../../core/", import.meta.url));
const ARCHITECTURE = fileURLToPath(new URL("../../docs/architecture.md", import.meta.url));

/** The rooms of core/ from top to bottom. A file imports from its own room and from those below, types included. */
const ROOMS = [
  "app.ts",
  "routes",
  "services.ts",
  "shop-identity.ts",
  "fulfillment",
  "notifications",
  "mail",
  "limits",
  "reconciliation",
  "alarms",
  "stores",
  "webhook",
  "checkout",
  "stripe",
  "config",
  "order-page",
  "delivery",
  "auth",
  "shop-definition",
  "orders",
  "runtime.ts",
  "http",
  "retry",
  "log",
  "format",
];

const roomOf = (file: string): string => file.split("/")[0] ?? "";

const sourceOf = (file: string): string => readFileSync(join(CORE, file), "utf8");

function importsOf(file: string): string[] {
  const text = sourceOf(file);
  const specifiers = text.matchAll(
    /(?:^|\n)(?:import|export)\s[^;"']*?from\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)/g,
  );
  return Array.from(specifiers, ([, from, dynamic]) => join(dirname(file), from ?? dynamic ?? ""));
}

const files = globSync("**/*.ts", { cwd: CORE });
const imports = new Map(files.map((file) => [file, importsOf(file)]));

test("every room has its place", () => {
  expect([...new Set(files.map(roomOf))].toSorted()).toEqual(ROOMS.toSorted());
});

test("every import leads to a file of core/", () => {
  expect([...imports.values()].flat().length).toBeGreaterThan(500);
  const lost = [...imports].flatMap(([file, found]) =>
    found.filter((target) => !imports.has(target)).map((target) => `${file} → ${target}`),
  );
  expect(lost).toEqual([]);
});

test("no file imports from a room above its own, types included", () => {
  const upwards = [...imports].flatMap(([file, found]) =>
    found
      .filter((target) => ROOMS.indexOf(roomOf(target)) < ROOMS.indexOf(roomOf(file)))
      .map((target) => `${file} → ${target}`),
  );
  expect(upwards).toEqual([]);
});

test("no files import each other in a circle, types included", () => {
  expect(findCircle()).toBeUndefined();
});

test("only its doors reach the network", () => {
  const network =
    /(?:from |import\()"((?:node:)?(?:net|tls|dgram|dns|https?|http2)(?:\/\w+)?|undici|nodemailer|ws)"/g;
  const doors = files.flatMap((file) => {
    const modules = new Set(Array.from(sourceOf(file).matchAll(network), ([, name]) => name));
    return modules.size === 0
      ? []
      : [[file, [...modules].toSorted((a, b) => String(a).localeCompare(String(b)))]];
  });
  expect(Object.fromEntries(doors)).toEqual({
    // Is it an IP address, and which kind? It opens no connection.
    "http/public-address.ts": ["node:net"],
    "http/safe-post.ts": ["node:dns", "node:http", "node:https", "node:net"],
    "mail/smtp-mailer.ts": ["nodemailer"],
    // What safe-post.ts looks names up with.
    "runtime.ts": ["node:dns/promises"],
  });
});

test("docs/architecture.md lists the rooms in this order", () => {
  const [, list = ""] = /```\ncore\/\n([\s\S]*?)```/.exec(readFileSync(ARCHITECTURE, "utf8")) ?? [];
  const listed = list.matchAll(/(?<=^ {2}|\S {2})[a-z-]+(?:\.ts|\/)(?= )/gm);
  expect(Array.from(listed, ([room]) => room.replace("/", ""))).toEqual(ROOMS);
});

/** The files of one circle, in the order in which they import each other. */
function findCircle(): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];

  function walk(file: string): string[] | undefined {
    const begin = path.indexOf(file);
    if (begin >= 0) return [...path.slice(begin), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const target of imports.get(file) ?? []) {
      const circle = walk(target);
      if (circle !== undefined) return circle;
    }
    path.pop();
    done.add(file);
    return undefined;
  }

  for (const file of files) {
    const circle = walk(file);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
