import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

interface Locked {
  version?: string;
  integrity?: string;
  resolved?: string;
  hasInstallScript?: boolean;
  dev?: boolean;
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(join(root, file), "utf8"));
const project = readJson("package.json") as Record<string, Record<string, string>>;
const locked = Object.entries(
  (readJson("package-lock.json") as { packages: Record<string, Locked> }).packages,
).filter(([folder]) => folder !== "");

const nameOf = (folder: string): string => folder.split("node_modules/").at(-1) ?? folder;

test("every dependency is named with one exact version", () => {
  for (const kind of ["dependencies", "devDependencies", "optionalDependencies"]) {
    for (const [name, version] of Object.entries(project[kind] ?? {}))
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
  }
});

test("D48: the lockfile pins every package by its hash, including those for other systems", () => {
  expect(locked.length).toBeGreaterThan(100);
  expect(locked.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))).toEqual([]);
});

test("every package comes from the configured registry", () => {
  expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});

test("exactly the packages that package.json allows by name have install scripts", () => {
  const withScripts = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([folder]) => nameOf(folder));
  expect([...new Set(withScripts)].toSorted()).toEqual(Object.keys(project["allowScripts"] ?? {}).toSorted());
});

test("no package that is shipped runs a script when it is installed", () => {
  // esbuild makes the bundle and is not in it; a host that omits development packages still needs it.
  expect(
    locked
      .filter(([, { dev, hasInstallScript }]) => hasInstallScript && !dev)
      .map(([folder]) => nameOf(folder)),
  ).toEqual(["esbuild"]);
});

test("I15: pnpm may run the install scripts that npm may", () => {
  const settings = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8");
  const [, list = ""] = /^allowBuilds:\n((?: {2}[\w@/-]+: true\n)+)/m.exec(settings) ?? [];
  const names = list.split("\n").flatMap((line) => /^ {2}(.+): true$/.exec(line)?.[1] ?? []);
  expect(names.toSorted()).toEqual(Object.keys(project["allowScripts"] ?? {}).toSorted());
});

test("I16: npm on Node 20, which installs Node 24 from a package, prints no warning", async () => {
  const folder = await mkdtemp(join(tmpdir(), "static-checkout-npm-"));
  for (const file of ["package.json", "package-lock.json"])
    await copyFile(join(root, file), join(folder, file));
  const preload = join(folder, "node-20.cjs");
  await writeFile(preload, "Object.defineProperty(process, 'version', { value: 'v20.20.2' });");
  try {
    const { stdout, stderr } = await promisify(execFile)(
      "npm",
      ["ci", "--dry-run", "--offline", "--no-audit"],
      {
        cwd: folder,
        env: { ...process.env, NODE_OPTIONS: `--require ${preload}` },
        // On Windows npm is a script with an ending of its own.
        shell: process.platform === "win32",
      },
    );
    expect(stdout).toMatch(/^added \d{3} packages/m);
    expect(stderr).toBe("");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("browser scripts and pages load nothing from another site", () => {
  const pages = [
    ...readdirSync(join(root, "public")).map((file) => join("public", file)),
    "success.html",
    "canceled.html",
  ];
  for (const page of pages.filter((file) => file.endsWith(".html"))) {
    const html = readFileSync(join(root, page), "utf8");
    expect(
      html.match(/<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)="(?:https?:)?\/\/[^>]*>/g) ?? [],
      page,
    ).toEqual([]);
  }
});
