import { realpath, stat } from "node:fs/promises";
import { join, posix } from "node:path";

import { offLimits } from "./off-limits.ts";
import { SiteError } from "./site-error.ts";

/** Where the pages lie when shop.config.ts does not say. */
export const PAGES_FOLDER = "public";

/**
 * The folder of pages as the rest of the program calls it: relative to the project, without `./` and without a last slash.
 * @throws SiteError when nothing may be published from there, or nothing is there.
 */
export async function usablePagesFolder(root: string, pages = PAGES_FOLDER): Promise<string> {
  const folder = posix.normalize(pages).replace(/\/$/, "");
  const place = `shop.config.ts: pages is ${JSON.stringify(pages)}`;
  // First by its name: a folder may be off limits before it exists.
  const named = offLimits(root, join(root, folder));
  if (named !== undefined) throw new SiteError([`${place}, ${refusal(folder, named)}`]);

  const path = join(root, folder);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    if (found.code === "ENOENT" || found.code === "ENOTDIR") throw new SiteError([notThere(folder)]);
    throw new SiteError([`${folder}/ cannot be read: ${found.message}.`]);
  }
  if (!found.isDirectory()) {
    throw new SiteError([`${place}, and that is a file. Name the folder that holds your pages.`]);
  }
  const real = offLimits(await realpath(root), await realpath(path));
  if (real !== undefined) throw new SiteError([`${place}, ${refusal(folder, real)}`]);
  return folder;
}

/** The rest of the sentence, and what to do. `why` is from `offLimits`. */
function refusal(folder: string, why: string): string {
  const [, rebuilt] = /^leads to (dist|build)\//.exec(why) ?? [];
  if (rebuilt === undefined) {
    return `and that ${why}. Name the folder that your generator writes to, and keep nothing else in it.`;
  }
  const isLink = folder.split("/")[0]?.toLowerCase() !== rebuilt;
  const reason = isLink ? `that ${why}` : `the build deletes and rebuilds ${rebuilt}/`;
  return `but ${reason}. Have your generator write to another folder, such as _site, and name that one.`;
}

function notThere(folder: string): string {
  return `There is no folder ${folder}/ with your pages. If another program makes them, let it run first; the folder's name is \`pages\` in shop.config.ts.`;
}
