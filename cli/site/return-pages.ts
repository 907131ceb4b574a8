import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { PublishedFile } from "./published-files.ts";
import { SiteError } from "./site-error.ts";

/** The pages that buyers come back to, each with the script that makes it one. They live beside `public/`, where an owner finds them. */
const SCRIPT_OF = { "success.html": "order-page.js", "canceled.html": "canceled-page.js" } as const;

export type ReturnPage = keyof typeof SCRIPT_OF;

export const ROOT_PAGES = Object.keys(SCRIPT_OF) as readonly ReturnPage[];

/**
 * Where each of these pages is, relative to the project. One among the owner's pages wins over the one beside the folder if it loads our
 * script: a generator may make it in the site's own design. Another page of that name, such as an old form's "thank you", is refused:
 * whether we published or replaced it, somebody would see the wrong page.
 * @throws SiteError with a sentence for each that is missing or cannot be what it must.
 */
export async function returnPages(
  root: string,
  folder: string,
  published: readonly PublishedFile[],
): Promise<ReadonlyMap<ReturnPage, string>> {
  const found = new Map<ReturnPage, string>();
  const problems: string[] = [];
  for (const page of ROOT_PAGES) {
    const named = published.find(({ path }) => path.toLowerCase() === page);
    const problem = named === undefined ? undefined : await problemOf(named, page, folder);
    if (problem !== undefined) problems.push(problem);
    else if (named !== undefined) found.set(page, `${folder}/${page}`);
    else if (existsSync(join(root, page))) found.set(page, page);
    else problems.push(missing(page, folder));
  }
  if (problems.length > 0) throw new SiteError(problems);
  return found;
}

async function problemOf(
  { path, source }: PublishedFile,
  page: ReturnPage,
  folder: string,
): Promise<string | undefined> {
  if (path !== page) {
    return `${folder}/${path}: some machines take this name for ${page}, the page that buyers come back to. Give yours another name.`;
  }
  if (loads(await readFile(source, "utf8"), SCRIPT_OF[page])) return undefined;
  return `${folder}/${path}: buyers come back to this address, and the page does not load /js/${SCRIPT_OF[page]}. Give it another name, or make it that page: begin with a copy of ${page}.`;
}

function loads(html: string, script: string): boolean {
  return [...html.matchAll(/<script\b[^>]*\bsrc\s*=\s*["']?([^"'\s>]+)/gi)].some(([, src = ""]) =>
    src.split(/[?#]/)[0]?.endsWith(script),
  );
}

function missing(page: ReturnPage, folder: string): string {
  return `${page} is not there, and buyers come back to it. Bring it back (\`git checkout -- ${page}\`), or put a page of your own there or into ${folder}/ that loads /js/${SCRIPT_OF[page]}.`;
}
