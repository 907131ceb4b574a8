import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { afterEach, beforeEach, expect, test } from "vitest";

import { startLocalStripe } from "./local-stripe.ts";
import { ownerEnvironment, ROOT, runOwnerCommand, type Finished } from "./owner-command.ts";
import { copyOwnerProject, type OwnerProject } from "./owner-project.ts";

// An owner's mistake, or a leftover from an old host, ends each command with a sentence that names the place.

let project: OwnerProject;
beforeEach(async () => {
  project = await copyOwnerProject();
  for (const part of ["simulator", "private", "vercel.json", "netlify.toml"]) {
    await cp(join(ROOT, part), join(project.folder, part), { recursive: true });
  }
});
afterEach(() => project.close());

async function run(command: "build" | "check", environment: Record<string, string> = {}): Promise<Finished> {
  return expectNoStack(await runOwnerCommand(command, [], environment, project.folder));
}

/** An `npm run dev` that cannot start; one that does would never end. */
async function failToDevelop(environment: Record<string, string> = {}): Promise<Finished> {
  const guard = join(project.folder, "cli/require-node.cjs");
  const child = spawn(
    process.execPath,
    ["-r", guard, join(project.folder, "cli/dev.ts"), "--no-open", "--fresh"],
    {
      env: ownerEnvironment({ PORT: "0", ...environment }),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 60_000,
    },
  );
  const [output, complaints] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return expectNoStack({ exitCode: child.exitCode, output, complaints });
}

function expectNoStack(finished: Finished): Finished {
  expect(finished.output + finished.complaints).not.toMatch(/^\s+at .+:\d+:\d+/m);
  return finished;
}

test.for([
  [
    "a comma is missing",
    'import { defineShop } from "./core/shop-definition/shop-definition.ts";\n\nexport default defineShop({\n  name: "Low Tide"\n  prices: {},\n});\n',
    "shop.config.ts:5:3: Expected ',', got 'ident'\n    prices: {},\n    ^\n",
  ],
  [
    "a name is not defined",
    "export default {\n  name: lowTide,\n};\n",
    "shop.config.ts:2:9: lowTide is not defined\n",
  ],
  [
    "it throws",
    "const price = undefined as unknown as string;\nexport default { name: price.trim() };\n",
    "shop.config.ts:2:30: Cannot read properties of undefined (reading 'trim')\n",
  ],
  [
    "an import is not there",
    'import { prices } from "./prices.ts";\nexport default { prices };\n',
    "shop.config.ts:1: imports prices.ts, which is not there.\n",
  ],
  [
    "a package is not there",
    'import sharp from "sharp-for-shops";\nexport default { name: sharp };\n',
    "shop.config.ts:1: imports the package sharp-for-shops, which is not installed. Install it: npm install sharp-for-shops\n",
  ],
] as const)("I11: the build names the line of shop.config.ts where %s", async ([, config, complaints]) => {
  await project.write("shop.config.ts", config);
  expect(await run("build")).toEqual({ exitCode: 1, output: "", complaints });
});

test("I11: check and dev name the line of shop.config.ts, too", async () => {
  await project.write("shop.config.ts", "export default {\n  name: lowTide,\n};\n");
  const complaints = "shop.config.ts:2:9: lowTide is not defined\n";
  const notLookedAt =
    "Not checked, because your files cannot be read: your pages, your prices, the files for sale.\n";
  expect(await run("check")).toEqual({ exitCode: 1, output: "", complaints: complaints + notLookedAt });
  expect(await failToDevelop()).toEqual({ exitCode: 1, output: "", complaints });
});

test("I11: a mistake that only the bundler finds is reported with its place, too", async () => {
  await project.write(
    "shop.config.ts",
    'export default { onPaid: async () => void (await import("./gone.ts")) };\n',
  );
  const { exitCode, complaints } = await run("build");
  expect(exitCode).toBe(1);
  expect(complaints).toMatch(/^shop\.config\.ts:1:\d+: Could not resolve "\.\/gone\.ts"\n$/);
});

test("I07: build, check and dev name a page that is gone", async () => {
  await project.remove("success.html");
  for (const finished of [await run("build"), await run("check"), await failToDevelop()]) {
    expect(finished.exitCode).toBe(1);
    expect(finished.complaints).toMatch(
      /^success\.html is not there, and buyers come back to it\. Bring it back/,
    );
  }
});

test("I10: a vercel.json that is not JSON is named with its line, and an owner on Netlify may delete it", async () => {
  await project.write("vercel.json", '{\n  "cleanUrls": true\n  "trailingSlash": true\n}\n');
  for (const finished of [await run("build"), await failToDevelop()]) {
    expect(finished.exitCode).toBe(1);
    expect(finished.complaints).toMatch(
      /^vercel\.json:3: is not valid JSON: Expected ',' or '}' after property value\.\n$/,
    );
  }
  await project.remove("vercel.json");
  expect((await run("build")).exitCode).toBe(0);
});

test("I10: a rule that takes the functions stops the build on the host that obeys it, is a warning elsewhere, and stops check", async () => {
  await project.write("vercel.json", '{\n  "trailingSlash": true\n}\n');
  const named = /^vercel\.json:2: "trailingSlash": true answers every call of a function with a redirect/m;
  const onVercel = await run("build", { VERCEL: "1" });
  expect(onVercel.exitCode).toBe(1);
  expect(onVercel.complaints).toMatch(named);
  expect(existsSync(join(project.folder, "dist"))).toBe(false);
  const onNetlify = await run("build", { NETLIFY: "true" });
  expect(onNetlify.exitCode).toBe(0);
  expect(onNetlify.complaints).toMatch(named);

  const stripe = await startLocalStripe();
  try {
    const check = await run("check", {
      STRIPE_SECRET_KEY: "sk_test_ofTheOwner0000",
      STRIPE_API_BASE: stripe.url,
    });
    expect(check.exitCode).toBe(1);
    expect(check.complaints).toMatch(named);
  } finally {
    await stripe.close();
  }
});

test("I08: the published _redirects of a single-page site leave the functions their addresses", async () => {
  await project.write("public/_redirects", "/*    /index.html   200\n");
  const { exitCode, complaints } = await run("build");
  expect(exitCode).toBe(0);
  expect(complaints).toMatch(
    /^public\/_redirects:1: on Netlify this rule would take over the functions' addresses/,
  );
  const published = await readFile(join(project.folder, "dist/_redirects"), "utf8");
  for (const [name, served] of [
    ["create-checkout-session", "create-checkout-session"],
    ["order-status", "shop"],
    ["webhook", "webhook"],
  ])
    expect(published).toContain(`\n/api/${name}  /.netlify/functions/${served}  200!\n`);
  expect(published).toMatch(/\n\/\* {4}\/index\.html {3}200\n$/);
});

test("I05: a generator in the project's folder that copies the files for sale stops the build and check", async () => {
  const file = "private/the-tide-reader.pdf";
  await project.write(
    "shop.config.ts",
    `export default { pages: "_site", prices: { a: { deliver: [{ kind: "file", name: "Tides", file: "${file}" }] } } };\n`,
  );
  await project.write("_site/index.html", "");
  await cp(join(project.folder, file), join(project.folder, "_site", file));
  const { exitCode, complaints } = await run("build");
  expect(exitCode).toBe(1);
  expect(complaints).toMatch(
    /^_site\/private\/the-tide-reader\.pdf: holds the same as private\/the-tide-reader\.pdf, and everybody could fetch it/m,
  );
  expect(existsSync(join(project.folder, "dist"))).toBe(false);
});

test("I03: dist/ and build/ of another generator are not deleted", async () => {
  await project.write("build/index.html", "made by SvelteKit");
  const { exitCode, complaints } = await run("build");
  expect(exitCode).toBe(1);
  expect(complaints).toMatch(/^build\/ holds files that this build has not made \(index\.html\)/);
  expect(existsSync(join(project.folder, "dist"))).toBe(false);
  expect(await readdir(join(project.folder, "build"))).toEqual(["index.html"]);
});

test("I13: the build says that a shop cannot live in a subfolder", async () => {
  const { exitCode, complaints } = await run("build", { SITE_URL: "https://www.example.com/shop" });
  expect(exitCode).toBe(1);
  expect(complaints).toMatch(/^SITE_URL has a path, and a shop cannot live in a subfolder of another site/);
});

test("I02: check and dev read the key from a .env as Windows saves it", async () => {
  const stripe = await startLocalStripe();
  try {
    const lines = `\u{FEFF}STRIPE_SECRET_KEY="sk_test_ofTheOwner0000"\r\nSTRIPE_API_BASE=${stripe.url}\r\n`;
    await writeFile(join(project.folder, ".env"), Buffer.from(lines, "utf16le"));
    const child = spawn(process.execPath, [join(project.folder, "cli/check.ts")], {
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [output] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    expect(output).toContain("Everything can be bought, in test mode.");
    // A live key is refused before anything starts, so it was read.
    await project.write(".env", "\u{FEFF}STRIPE_SECRET_KEY=sk_live_ofTheOwner0000\r\n");
    const { complaints } = await failToDevelop({ STRIPE_SECRET_KEY: "sk_live_ofTheOwner0000" });
    expect(complaints).toMatch(/^STRIPE_SECRET_KEY is a live key: `npm run dev` takes a test key/);
    await project.write(".env", "\nSTRIPE_SECRET_KEY: sk_test_1\n");
    for (const finished of [await run("build"), await run("check"), await failToDevelop()])
      expect(finished).toEqual({
        exitCode: 1,
        output: "",
        complaints: ".env:2: sets nothing. A line is NAME=value, or begins with # when it is a note.\n",
      });
  } finally {
    await stripe.close();
  }
});

/** Links the installed packages except the missing ones. */
async function withoutPackages(missing: readonly string[]): Promise<void> {
  const modules = join(project.folder, "node_modules");
  expect((await lstat(modules)).isSymbolicLink()).toBe(true);
  await rm(modules);
  await mkdir(modules);
  for (const name of await readdir(join(ROOT, "node_modules"))) {
    if (!missing.includes(name)) await symlink(join(ROOT, "node_modules", name), join(modules, name));
  }
}

test("I14: the build does not need what NODE_ENV=production leaves out", async () => {
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  await withoutPackages(Object.keys(devDependencies).map((name) => name.split("/")[0] ?? name));
  const { exitCode, output } = await run("build", { NODE_ENV: "production" });
  expect(output).toContain("Built dist/");
  expect(exitCode).toBe(0);

  const { complaints } = await failToDevelop({ NODE_ENV: "production" });
  expect(complaints).toMatch(
    /^The package \S+ is not installed\. Run `npm ci` in the project's folder\. NODE_ENV=production is set here, and leaves out what is only for development/,
  );
});

test("I14: a command without its packages says so in a sentence", async () => {
  await withoutPackages(["esbuild"]);
  expect(await run("build")).toEqual({
    exitCode: 1,
    output: "",
    complaints: "The package esbuild is not installed. Run `npm ci` in the project's folder.\n",
  });
});

test("I14: an unforeseen error is a sentence with its place", async () => {
  await project.write("cli/check.ts", 'JSON.parse("{");\n');
  const { exitCode, complaints } = await run("check");
  expect(exitCode).toBe(1);
  expect(complaints).toMatch(/^cli\/check\.ts:1:6: Expected property name or '}' in JSON at position 1/);
});
