import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface ProjectCopy {
  /** Holds the project, and beside it what tools and tests leave behind. */
  folder: string;
  project: string;
  remove(): Promise<void>;
}

/**
 * Copies what a fresh checkout would hold into a temporary folder: the tools write into the project they work on, and must not get
 * help from a file that cannot be committed.
 */
export async function copyProject(): Promise<ProjectCopy> {
  const folder = await mkdtemp(join(tmpdir(), "static-checkout-platform-"));
  const project = join(folder, "project");
  for (const file of await committableFiles()) {
    await mkdir(dirname(join(project, file)), { recursive: true });
    await cp(join(ROOT, file), join(project, file));
  }
  await symlink(join(ROOT, "node_modules"), join(project, "node_modules"), "dir");
  return { folder, project, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Tracked files, and files that `git add` would add. */
async function committableFiles(): Promise<string[]> {
  const listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await promisify(execFile)("git", listing, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
  return stdout.split("\0").filter((file) => file !== "" && existsSync(join(ROOT, file)));
}
