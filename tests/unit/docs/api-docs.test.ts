import { globSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Validator } from "@seriousme/openapi-schema-validator";
import { afterEach, beforeEach, expect, test } from "vitest";

import { ROUTES } from "../../../core/routes/table.ts";
import { apiDocument } from "../../../cli/api-docs/document.ts";
import { apiDocsFiles } from "../../../cli/api-docs/files.ts";
import { checkAnswer } from "../../support/api-answers.ts";
import { openTestShop, type TestShop } from "../../support/test-shop.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop();
});
afterEach(() => shop.close());

test("the API document is valid OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate({ ...apiDocument() });
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
});

test("it has every route under its path and method", () => {
  const { paths } = apiDocument();
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method} ${path}`),
  );
  const routes = Object.entries(ROUTES).map(
    ([key, { method, path }]) => `${key} ${method.toLowerCase()} ${path}`,
  );
  expect(documented.toSorted()).toEqual(routes.toSorted());
});

test("docs/api-docs/ is what `npm run api-docs` writes", async () => {
  for (const [name, text] of Object.entries(await apiDocsFiles())) {
    const written = await readFile(new URL(`../../../docs/api-docs/${name}`, import.meta.url), "utf8");
    expect(written, `docs/api-docs/${name} is old: run npm run api-docs.`).toBe(text);
  }
});

test("the page shows every route, and has neither a script nor a style of its own", async () => {
  const { "index.html": page } = await apiDocsFiles();
  for (const { path, summary } of Object.values(ROUTES)) {
    expect(page).toContain(`</b> ${path}</code> <span>${summary.replaceAll("'", "&#39;")}</span>`);
  }
  expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=|undefined|\[object/);
});

test("every error code that a route lists is thrown somewhere", () => {
  const sources = globSync("core/**/*.ts", { cwd: ROOT }).map((file) =>
    readFileSync(join(ROOT, file), "utf8"),
  );
  const code = sources
    .join("\n")
    .replaceAll(/^ {2}errors: \{.*\},\n|^ {2}errors: \{\n[\s\S]*?^ {2}\},\n/gm, "");
  const listed = Object.values(ROUTES).flatMap(({ errors }) =>
    Object.values<readonly string[]>(errors).flat(),
  );
  expect(listed.length).toBeGreaterThan(30);
  expect(
    [...new Set(listed)].filter((word) => !code.includes(`"${word}"`) && !code.includes(`${word}:`)),
  ).toEqual([]);
});

test("a secret is asked for where the route asks for one", () => {
  const { paths } = apiDocument();
  expect(paths["/api/reconcile"]?.["get"]?.security).toEqual([{ bearer: [] }]);
  expect(paths["/api/order-status"]?.["get"]?.security).toEqual([{}, { bearer: [] }]);
});

const json = (status: number, body: unknown): Response => Response.json(body, { status });
const HEALTH = new Request("https://shop.example/api/health");

// Every answer that a unit test gets from the shop goes through this check: see openTestShop.
test.for([
  ["another field", json(200, { ...wellAnswer(), more: 1 }), /must NOT have additional properties/],
  [
    "a missing field",
    json(200, { ...wellAnswer(), problems: undefined }),
    /must have required property 'problems'/,
  ],
  ["another type", json(200, { ...wellAnswer(), ok: "yes" }), /must be boolean/],
  ["an error that is not listed", json(500, error("on_fire")), /must be equal to one of the allowed values/],
  ["a status that is not listed", json(418, error("teapot")), /no answer 418/],
  [
    "another content type",
    new Response("fine", { headers: { "Content-Type": "text/plain" } }),
    /no text\/plain/,
  ],
] as const)("an answer with %s is not what the document says", async ([, response, message]) => {
  await expect(checkAnswer("health", HEALTH, response)).rejects.toThrow(message);
});

test("a real answer is what the document says", async () => {
  await checkAnswer("health", HEALTH, await shop.app.health(HEALTH));
  await checkAnswer("health", HEALTH, json(500, error("internal_error")));
});

function wellAnswer(): object {
  return {
    ok: true,
    mode: "test",
    engine: "stripe",
    lastWebhook: null,
    lastReconcile: null,
    problems: [],
    advice: [],
  };
}

function error(code: string): object {
  return { error: { code, message: "…" }, requestId: "x" };
}
