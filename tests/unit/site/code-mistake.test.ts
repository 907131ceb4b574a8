import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { codeMistake } from "../../../cli/site/code-mistake.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "static-checkout-code-"));
});
afterEach(() => rm(root, { recursive: true }));

function thrown(stack: string, message: string): Error {
  return Object.assign(new Error(message), { stack });
}

test("I11: a syntax error is reported with file, line, column and the line itself", () => {
  const file = join(root, "shop.config.ts");
  const stack = `${file}:3\n  name: "x"\n  prices: {} }\n  ^^^^^^\n});\n\nSyntaxError: Expected ','\n    at parse (node:internal/x:1:2)`;
  expect(codeMistake(thrown(stack, "Expected ','"), root, "shop.config.ts")).toBe(
    "shop.config.ts:3:3: Expected ','\n    prices: {} }\n    ^",
  );
});

test("I11: an exception of the file is reported at its first own line, with or without a query, in a path with spaces", async () => {
  await mkdir(join(root, "my shop"));
  await writeFile(join(root, "my shop/prices.ts"), "");
  const stack = `Error: boom\n    at file:///other/a.js:1:1\n    at x (file://${root}/node_modules/a/b.js:1:1)\n    at f (file://${root}/my%20shop/prices.ts?17.5:2:5)\n`;
  expect(codeMistake(thrown(stack, "boom"), root, "shop.config.ts")).toBe("my shop/prices.ts:2:5: boom");
});

test("I11: an error without a place is reported with the file's name", () => {
  expect(codeMistake(thrown("Error: boom", "boom"), root, "shop.config.ts")).toBe("shop.config.ts: boom");
  expect(codeMistake("boom", root, "shop.config.ts")).toBe('shop.config.ts: it throws "boom".');
});

test("I11: an import of a missing file is reported at its line", async () => {
  const file = join(root, "shop.config.ts");
  await writeFile(file, '// prices\nimport { prices } from "./prices.ts";\nimport { map } from "lodash";\n');
  const said = (message: string) => codeMistake(thrown("", message), root, "shop.config.ts");
  expect(said(`Cannot find package 'lodash' imported from ${file}`)).toBe(
    "shop.config.ts:3: imports the package lodash, which is not installed. Install it: npm install lodash",
  );
  expect(said(`Cannot find module '${root}/prices.ts' imported from ${file}`)).toBe(
    "shop.config.ts:2: imports prices.ts, which is not there.",
  );
});
