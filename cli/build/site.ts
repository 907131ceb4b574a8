import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { ShopDefinition } from "../../core/shop-definition/shop-definition.ts";
import { writeApiDocs } from "../api-docs/files.ts";
import { redirectsWithOurs, REDIRECTS_FILE } from "../site/netlify-redirects.ts";
import { PAGES_FOLDER, usablePagesFolder } from "../site/pages-folder.ts";
import { publishedFiles } from "../site/published-files.ts";
import { returnPages } from "../site/return-pages.ts";
import { BROWSER_SCRIPTS, bundleBrowserScript } from "./browser-scripts.ts";
import { expectOwnOutput } from "./own-output.ts";

/**
 * Makes the folder that both hosts publish: the owner's site (from the folder `pages`), the return pages, the browser scripts and, if
 * `apiDocs` is true, the page about the API. It is one folder because Vercel publishes only `public/` unless another folder is named.
 * @throws SiteError, before anything is deleted, when that would delete or publish what it must not.
 */
export async function buildSite(
  root: string,
  outputFolder: string,
  { pages = PAGES_FOLDER, apiDocs = false }: Pick<ShopDefinition, "pages" | "apiDocs"> = {},
): Promise<void> {
  const folder = await usablePagesFolder(root, pages);
  const published = await publishedFiles(root, folder);
  const comeBackTo = await returnPages(root, folder, published);
  await expectOwnOutput(root, outputFolder, `js/${BROWSER_SCRIPTS[0]}.js`);

  await rm(outputFolder, { recursive: true, force: true });
  // The scripts go first: they mark the folder as ours if the build is interrupted.
  await mkdir(join(outputFolder, "js"), { recursive: true });
  for (const name of BROWSER_SCRIPTS) {
    await writeFile(join(outputFolder, "js", `${name}.js`), await bundleBrowserScript(name));
  }
  const ours = new Set(BROWSER_SCRIPTS.map((name) => `js/${name}.js`));
  for (const { path, source } of published) {
    if (ours.has(path)) continue;
    await mkdir(dirname(join(outputFolder, path)), { recursive: true });
    await copyFile(source, join(outputFolder, path));
  }
  for (const [page, file] of comeBackTo) await copyFile(join(root, file), join(outputFolder, page));
  if (apiDocs) await writeApiDocs(outputFolder, "/");
  const redirects = published.find(({ path }) => path === REDIRECTS_FILE);
  if (redirects !== undefined) {
    const text = redirectsWithOurs(await readFile(redirects.source, "utf8"));
    if (text !== undefined) await writeFile(join(outputFolder, REDIRECTS_FILE), text);
  }
}
