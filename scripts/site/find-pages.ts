import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { SiteError } from "./site-error.ts";

/** The pages that live beside `public/`, where an owner finds them. */
export const ROOT_PAGES = ["success.html", "canceled.html"] as const;

export const PAGES_FOLDER = "public";

/** Every page of the site, relative to `root`, with forward slashes. */
export async function findPages(root: string, folder = PAGES_FOLDER): Promise<string[]> {
  const files = await readdir(join(root, folder), { recursive: true }).catch((cause: unknown) => {
    throw new SiteError(
      [
        `There is no folder ${folder}/ with your pages. If another program makes them, let it run first; the folder's name is \`pages\` in shop.config.ts.`,
      ],
      { cause },
    );
  });
  const pages = files
    .filter((file) => /\.html?$/i.test(file))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`);
  return [...ROOT_PAGES, ...pages.toSorted()];
}
