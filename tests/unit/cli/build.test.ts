import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** Not copied into the folder that is built: untracked files, and what no build reads. */
const NOT_BUILT = [
  "node_modules",
  "dist",
  "build",
  "tests",
  "docs",
  ".git",
  ".data",
  ".env",
  ".vercel",
  ".netlify",
];

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "static-checkout-build-"));
  for (const part of await readdir(root)) {
    if (!NOT_BUILT.includes(part)) await cp(join(root, part), join(project, part), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(project, "node_modules"), "dir");
});
afterEach(() => rm(project, { recursive: true }));

/** `npm run build` in the copy, with only these variables. */
function build(environment: Record<string, string> = {}): Promise<{ exitCode: number; complaints: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env["PATH"], ...environment };
    execFile(process.execPath, ["cli/build.ts"], { cwd: project, env }, (error, _output, complaints) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), complaints });
    });
  });
}

test(
  "C14: the build passes, and fails once a page holds a key, naming its file and line",
  { timeout: 60_000 },
  async () => {
    expect(await build({ MY_TOKEN: "a-token-that-is-nowhere" })).toEqual({ exitCode: 0, complaints: "" });

    const key = ["sk", "live", "51H8a7bC9dE0fG1hI2jK"].join("_");
    const page = join(project, "public", "contact.html");
    await writeFile(page, `<p>\n<script>\nconst key = "${key}";\n</script>\n`);
    const withKey = await build();
    expect(withKey.exitCode).toBe(1);
    expect(withKey.complaints).toContain(
      `${join("dist", "contact.html")}, line 3: holds a Stripe secret key`,
    );
    expect(withKey.complaints).toContain("must not be published");
    expect(withKey.complaints).not.toContain("51H8a7bC9dE0fG1hI2jK");
  },
);

test(
  "C14: the build fails when the value of a secret variable is in the functions' bundle",
  { timeout: 60_000 },
  async () => {
    await appendFile(join(project, "core/app.ts"), `\nconsole.debug("wJalrXUtnFEMI-K7MDENG");\n`);
    await writeFile(join(project, ".env"), "DYNAMODB_SECRET_ACCESS_KEY=wJalrXUtnFEMI-K7MDENG\n");
    const { exitCode, complaints } = await build();
    expect(exitCode).toBe(1);
    expect(complaints).toMatch(
      /^build\/\S+\.mjs, line \d+: holds the value of DYNAMODB_SECRET_ACCESS_KEY\.$/m,
    );
  },
);
