import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";

import { SiteError } from "../site/site-error.ts";

/**
 * Makes sure that a folder which the build is about to delete is one that it has made: other generators call theirs dist or build, too.
 *
 * @param mark a file that the build always puts there.
 * @throws SiteError when the folder holds files that the build did not make.
 */
export async function expectOwnOutput(root: string, folder: string, mark: string): Promise<void> {
  const name = `${relative(root, folder).replaceAll("\\", "/")}/`;
  const files = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => error);
  if (files instanceof Error) {
    if (files.code === "ENOENT") return;
    throw new SiteError([`${name} must be a folder that the build can delete and rebuild: ${files.message}.`]);
  }
  const foreign = files.filter((file) => !/(?:^|[\\/])\./.test(file));
  if (foreign.length === 0 || files.includes(join(...mark.split("/")))) return;
  throw new SiteError([
    `${name} holds files that this build has not made (${foreign.toSorted()[0]}), and it would delete them. If your generator writes there, let it write to another folder, such as _site, and name that as \`pages\` in shop.config.ts. If nobody needs them, delete ${name} yourself.`,
  ]);
}
