import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { ROOT } from "./owner-command.ts";

export interface OwnerProject {
  folder: string;
  write(file: string, text: string): Promise<void>;
  remove(file: string): Promise<void>;
  close(): Promise<void>;
}

const PARTS = [
  "core",
  "js",
  "cli",
  "public",
  "netlify",
  "success.html",
  "canceled.html",
  "package.json",
  "tsconfig.json",
];

/** A copy of the project that a test may edit as an owner would, without the optional shop.config.ts. */
export async function copyOwnerProject(): Promise<OwnerProject> {
  const folder = await mkdtemp(join(tmpdir(), "static-checkout-owner-"));
  for (const part of PARTS) await cp(join(ROOT, part), join(folder, part), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
  return {
    folder,
    async write(file, text) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    },
    remove: (file) => rm(join(folder, file), { recursive: true, force: true }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
