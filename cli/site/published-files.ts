import type { Dirent, Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";

import { isLeftOut, isSecretFile, offLimits } from "./off-limits.ts";
import { SiteError } from "./site-error.ts";

export interface PublishedFile {
  /** On the site, and in the folder of pages: `shop/a2.html`. */
  path: string;
  /** Where its bytes are, which is elsewhere when its path is a link. */
  source: string;
  bytes: number;
}

/**
 * Every file of the folder of pages that is published, sorted. Links are followed.
 * @throws SiteError for each that must not be: a link into what is private, a file with secrets.
 */
export async function publishedFiles(root: string, folder: string): Promise<PublishedFile[]> {
  const realRoot = await realpath(root);
  const files: PublishedFile[] = [];
  const problems: string[] = [];
  await walk(join(root, folder), "", []);
  if (problems.length > 0) throw new SiteError(problems);
  return files.toSorted((one, other) => (one.path < other.path ? -1 : 1));

  async function walk(directory: string, prefix: string, above: readonly string[]): Promise<void> {
    const here = await realpath(directory);
    // A link that leads to a folder above it has no end.
    if (above.includes(here)) return;
    for (const entry of await entriesOf(directory, `${folder}/${prefix}`)) {
      if (isLeftOut(entry.name)) continue;
      const path = `${prefix}${entry.name}`;
      const found = await look(join(directory, entry.name), entry, `${folder}/${path}`);
      if (found?.stats.isDirectory()) await walk(found.source, `${path}/`, [...above, here]);
      else if (found?.stats.isFile()) files.push({ path, source: found.source, bytes: found.stats.size });
    }
  }

  async function look(
    file: string,
    entry: Dirent,
    name: string,
  ): Promise<{ source: string; stats: Stats } | undefined> {
    if (isSecretFile(entry.name)) {
      problems.push(`${name}: would be published with the secrets in it. Take it out of ${folder}/.`);
      return undefined;
    }
    if (!entry.isSymbolicLink()) return { source: file, stats: await stat(file) };
    const source = await realpath(file).catch(() => undefined);
    if (source === undefined) {
      problems.push(
        `${name}: is a link to a file that is not there. Delete it, or put the file in its place.`,
      );
      return undefined;
    }
    const why =
      offLimits(realRoot, source) ??
      (isSecretFile(source.split(/[\\/]/).at(-1) ?? "") ? "leads to secrets" : undefined);
    if (why === undefined) return { source, stats: await stat(source) };
    problems.push(`${name}: is a link that ${why}. Put a copy of what is meant to be public in its place.`);
    return undefined;
  }
}

async function entriesOf(directory: string, name: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SiteError([`${name} cannot be read: ${reason}.`], { cause });
  }
}
