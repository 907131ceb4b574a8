import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { PAGES_FOLDER, ROOT_PAGES } from "../site/find-pages.ts";
import { BROWSER_SCRIPTS, bundleBrowserScript } from "./browser-scripts.ts";

/**
 * Makes the folder that both hosts publish: the owner's site (from the folder `pages`), the return pages, the browser scripts. It is one folder because
 * Vercel publishes `public/` alone unless it is named another one.
 */
export async function buildSite(root: string, outputFolder: string, pages = PAGES_FOLDER): Promise<void> {
  await rm(outputFolder, { recursive: true, force: true });
  await cp(join(root, pages), outputFolder, { recursive: true });
  for (const page of ROOT_PAGES) await cp(join(root, page), join(outputFolder, page));
  await mkdir(join(outputFolder, "js"), { recursive: true });
  for (const name of BROWSER_SCRIPTS) {
    await writeFile(join(outputFolder, "js", `${name}.js`), await bundleBrowserScript(name));
  }
}
