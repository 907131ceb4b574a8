import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { BROWSER_SCRIPTS } from "../build/browser-scripts.ts";
import { findPages } from "./find-pages.ts";
import { attribute, elementsOf, lineOf, type Element } from "./html-tree.ts";
import { PAGES_FOLDER } from "./pages-folder.ts";
import { publishedFiles } from "./published-files.ts";
import { ROOT_PAGES } from "./return-pages.ts";
import { writtenOtherwise } from "./written-otherwise.ts";

/** Stands for the site's address, which the files do not know. */
const SITE = "https://site.invalid";

/** Paths that exist without a file: the functions, and what the hosts themselves serve. */
const MADE_BY_HOST = /^\/(?:api|\.netlify|_vercel)\//;

/**
 * A sentence for each style, script, picture or icon that a page of the site loads from the site and that is not there. A rule of the host
 * may still serve it, so the build does not stop.
 */
export async function missingFiles(root: string, folder = PAGES_FOLDER): Promise<string[]> {
  const published = await pathsOf(root, folder);
  const missing = new Map<string, string[]>();
  for (const page of await findPages(root, folder)) {
    const html = await readFile(join(root, page), "utf8");
    for (const { path, line } of loadedBy(html, addressOf(page, folder))) {
      if (published.has(path) || MADE_BY_HOST.test(path)) continue;
      missing.set(path, [...(missing.get(path) ?? []), `${page}:${line}`]);
    }
  }
  return Array.from(missing, ([path, [first, ...others]]) => {
    const elsewhere =
      others.length === 0 ? "" : ` (${others.length} more place${others.length === 1 ? "" : "s"} too)`;
    return `${first}: loads ${path}${elsewhere}, and ${folder}${path} is not there. ${advice(path, published)}`;
  });
}

function advice(path: string, published: ReadonlySet<string>): string {
  const other = writtenOtherwise(path, published);
  return other === undefined
    ? "Put the file there, or take it out of the page."
    : `${other.name.slice(1)} is, ${other.difference}. Rename it, or write its name in the page as it is.`;
}

/** Every file that is published, by its path on the site. */
async function pathsOf(root: string, folder: string): Promise<ReadonlySet<string>> {
  const files = (await publishedFiles(root, folder)).map(({ path }) => path);
  const scripts = BROWSER_SCRIPTS.map((name) => `js/${name}.js`);
  return new Set([...files, ...ROOT_PAGES, ...scripts].map((file) => `/${file}`));
}

/** `success.html` lies beside the folder, and is published with what is in it. */
function addressOf(page: string, folder: string): string {
  const path = page.startsWith(`${folder}/`) ? page.slice(folder.length + 1) : page;
  return new URL(path.split("/").map(encodeURIComponent).join("/"), `${SITE}/`).href;
}

function loadedBy(html: string, pageAddress: string): { path: string; line: number }[] {
  const elements = elementsOf(html);
  const base = elements.find(({ tagName }) => tagName === "base");
  const baseAddress = URL.parse((base && attribute(base, "href")) ?? "", pageAddress)?.href ?? pageAddress;
  return elements.flatMap((element) => {
    const name = element.tagName === "link" ? "href" : "src";
    const written = isLoaded(element) ? attribute(element, name) : undefined;
    const address = written === undefined ? null : URL.parse(written, baseAddress);
    const path = address?.origin === SITE ? decoded(address.pathname) : undefined;
    return path === undefined ? [] : [{ path, line: lineOf(element, name) }];
  });
}

function isLoaded(element: Element): boolean {
  if (element.tagName !== "link") return element.tagName === "script" || element.tagName === "img";
  const kinds = attribute(element, "rel")?.toLowerCase().split(/\s+/) ?? [];
  return ["stylesheet", "icon", "apple-touch-icon"].some((kind) => kinds.includes(kind));
}

/** Undefined for what is no valid percent-encoding. */
function decoded(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
}
