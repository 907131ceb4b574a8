import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import type { SeededBug } from "./seeded-bug.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const VITEST = fileURLToPath(
  new URL("node_modules/vitest/vitest.mjs", new URL("../../../", import.meta.url)),
);
const CONFIG = fileURLToPath(new URL("vitest.config.ts", import.meta.url));

/** The part of vitest's report that is read. */
interface Report {
  testResults: readonly {
    name: string;
    assertionResults: readonly { status: string; title: string }[];
  }[];
}

/**
 * The first test of each file that fails with the bug in the shop. Undefined when in one of the files no test fails.
 * @throws when the tests could not be run at all.
 */
export async function hunters(
  { name }: Pick<SeededBug, "name">,
  files: readonly string[],
): Promise<readonly string[] | undefined> {
  const report = await runTests(name, files);
  const failed = files.map((file) => {
    const result = report.testResults.find((one) => relative(ROOT, one.name) === file);
    if (result === undefined) throw new Error(`${file} was not run.`);
    return result.assertionResults.find(({ status }) => status === "failed")?.title;
  });
  return failed.every((title) => title !== undefined) ? failed : undefined;
}

async function runTests(bug: string, files: readonly string[]): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "seeded-bug-"));
  const file = join(folder, "report.json");
  try {
    const said = await runVitest(["--reporter", "json", "--outputFile", file, ...files], bug);
    if (!existsSync(file)) throw new Error(`The tests for ${bug} could not be run.\n${said}`);
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Resolves to its output. It is meant to end with an error. */
function runVitest(args: readonly string[], bug: string): Promise<string> {
  const options = { cwd: ROOT, env: { ...process.env, SEEDED_BUG: bug }, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(process.execPath, [VITEST, "run", "--config", CONFIG, ...args], options, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}
