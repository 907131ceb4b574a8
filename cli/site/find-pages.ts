import { PAGES_FOLDER } from "./pages-folder.ts";
import { publishedFiles } from "./published-files.ts";
import { returnPages } from "./return-pages.ts";

/**
 * Every page of the site, relative to `root`, with forward slashes.
 * @throws SiteError when a page is missing, or the folder holds what must not be published.
 */
export async function findPages(root: string, folder = PAGES_FOLDER): Promise<string[]> {
  const published = await publishedFiles(root, folder);
  const pages = published.filter(({ path }) => /\.html?$/i.test(path)).map(({ path }) => `${folder}/${path}`);
  const comeBackTo = await returnPages(root, folder, published);
  return [...new Set([...comeBackTo.values(), ...pages])];
}
