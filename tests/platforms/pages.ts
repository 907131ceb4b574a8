import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { sendHttp } from "../adapters/http-client.ts";
import type { PlatformTest } from "./platform.ts";

/** Each with its type; `/` is index.html. */
const PAGES = {
  "/": "text/html",
  "/success.html": "text/html",
  "/canceled.html": "text/html",
  "/styles.css": "text/css",
  "/js/stripe-checkout.js": "(?:text|application)/javascript",
} as const;

/** Sources and secrets, which must not be published. */
const PRIVATE_PATHS = [
  "/package.json",
  "/netlify.toml",
  "/vercel.json",
  "/core/app.ts",
  "/build/app.mjs",
  "/js/stripe-checkout.ts",
  "/private/the-tide-reader.pdf",
  "/the-tide-reader.pdf",
  "/.env",
  "/.env.example",
  "/nothing-here",
];

/** A tool must serve the pages with the right bytes, and with the headers that vercel.json and netlify.toml set. */
export function pageTests(origin: string, project: string): PlatformTest[] {
  return [
    ...Object.entries(PAGES).map(([path, type]) => ({
      name: `serves ${path} as ${type} with the security headers`,
      async run() {
        const response = await sendHttp(`${origin}${path}?session_id=cs_test_1`, {});
        assert.equal(response.status, 200);
        assert.match(response.headers.get("content-type") ?? "", new RegExp(`^${type}`));
        expectPageHeaders(response);
        const file = path === "/" ? "index.html" : path.slice(1);
        const published = await readFile(join(project, "dist", file));
        assert.ok(Buffer.from(await response.arrayBuffer()).equals(published), `${path} is not dist/${file}`);
      },
    })),
    {
      name: "D22: answers 404 with the security headers to what is not published",
      async run() {
        for (const path of PRIVATE_PATHS) {
          const response = await sendHttp(`${origin}${path}`, {});
          assert.equal(response.status, 404, path);
          expectPageHeaders(response);
        }
      },
    },
  ];
}

/** Asserts that a folder holds exactly what `npm run build` published: nothing missing, nothing private added. */
export async function expectPublishedFiles(folder: string, project: string): Promise<void> {
  const [actual, expected] = await Promise.all([listFiles(folder), listFiles(join(project, "dist"))]);
  assert.deepEqual(actual, expected);
  for (const path of Object.keys(PAGES))
    assert.ok(expected.includes(path === "/" ? "index.html" : path.slice(1)), path);
  assert.ok(
    !expected.some((file) => /\.(?:ts|env|map|toml)$|^package|^core|^api/.test(file)),
    expected.join(", "),
  );
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).toSorted();
}

function expectPageHeaders({ headers }: Response): void {
  assert.match(
    headers.get("content-security-policy") ?? "",
    /^default-src 'none'; .*frame-ancestors 'self'(?:;|$)/,
  );
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("x-frame-options"), "SAMEORIGIN");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
  assert.match(headers.get("strict-transport-security") ?? "", /^max-age=\d{8}$/);
}
