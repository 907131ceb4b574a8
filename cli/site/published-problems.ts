import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";

import { findAsWritten } from "../../core/delivery/files/private-folder.ts";
import type { ShopDefinition } from "../../core/shop-definition/shop-definition.ts";
import { API_DOCS_FOLDER } from "../api-docs/files.ts";
import { BROWSER_SCRIPTS, bundleBrowserScript } from "../build/browser-scripts.ts";
import { PAGES_FOLDER } from "./pages-folder.ts";
import { publishedFiles, type PublishedFile } from "./published-files.ts";

const NAMED_AT_MOST = 10;

/** One sentence for each file among the pages that must not be published as it is, or that the build would replace by one of its own. */
export async function publishedProblems(root: string, shop: ShopDefinition): Promise<string[]> {
  const folder = shop.pages ?? PAGES_FOLDER;
  const published = await publishedFiles(root, folder);
  const kept = await keptFromAll(root, shop);
  const problems: string[] = [];
  for (const file of published) {
    const problem = (await paidProblem(file, kept)) ?? (await replacedProblem(file, shop));
    if (problem !== undefined) problems.push(`${folder}/${file.path}: ${problem}`);
  }
  if (problems.length <= NAMED_AT_MOST) return problems;
  return [
    ...problems.slice(0, NAMED_AT_MOST),
    `… and ${problems.length - NAMED_AT_MOST} more files in ${folder}/.`,
  ];
}

interface KeptFile {
  /** As shop.config.ts names it. */
  name: string;
  bytes: number;
  hash: string;
}

/** What only buyers get: the files for sale, and shop.config.ts, which holds the links and texts. */
async function keptFromAll(root: string, { prices = {} }: ShopDefinition): Promise<KeptFile[]> {
  const sold = Object.values(prices).flatMap(({ deliver = [] }) =>
    deliver.flatMap((delivery) =>
      delivery.kind === "file" && typeof delivery.file === "string" ? [delivery.file] : [],
    ),
  );
  const kept: KeptFile[] = [];
  for (const name of new Set([...sold, "shop.config.ts"])) {
    const file = await findAsWritten(root, name);
    const found = file === undefined ? undefined : await stat(file);
    if (file === undefined || found?.isFile() !== true || found.size === 0) continue;
    kept.push({ name, bytes: found.size, hash: await hashOf(file) });
  }
  return kept;
}

/** Judges by contents, whatever the name. A file in a folder `private` came from ours, perhaps in another form. */
async function paidProblem(
  { path, source, bytes }: PublishedFile,
  kept: readonly KeptFile[],
): Promise<string | undefined> {
  const sameSize = kept.filter((one) => one.bytes === bytes);
  const hash = sameSize.length > 0 ? await hashOf(source) : "";
  const same = sameSize.find((one) => one.hash === hash);
  if (same !== undefined)
    return `holds the same as ${same.name}, and everybody could fetch it without paying. ${LEAVE_OUT}`;
  if (/^private\//i.test(path)) return `everybody could fetch it without paying. ${LEAVE_OUT}`;
  if (path === "build/app.mjs")
    return `holds all that you deliver, and everybody could read it. ${LEAVE_OUT}`;
  return undefined;
}

const LEAVE_OUT =
  "Delete it there; if your generator copies it, tell it to leave it out, as docs/pages.md shows for Jekyll.";

/** A file of the owner's under the name of one of ours; an old copy of our scripts would be replaced as well. */
async function replacedProblem(
  { path, source }: PublishedFile,
  { apiDocs = false }: ShopDefinition,
): Promise<string | undefined> {
  if (apiDocs && path.toLowerCase().split("/")[0] === API_DOCS_FOLDER)
    return `the build puts the page about the API into ${API_DOCS_FOLDER}/. Move yours, or take apiDocs out of shop.config.ts.`;
  if (path === "js") return "is a file, and the shop's scripts go into a folder of this name. Rename it.";
  const name = BROWSER_SCRIPTS.find((script) => path.toLowerCase() === `js/${script}.js`);
  if (name === undefined || Buffer.from(await bundleBrowserScript(name)).equals(await readFile(source)))
    return undefined;
  return "the build puts the shop's own script of this name there. Delete yours if it is a copy of it, or give it another name.";
}

async function hashOf(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}
