import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { findAsWritten, MAX_PRIVATE_FILE_BYTES } from "../../core/delivery/files/private-folder.ts";
import type { ShopDefinition } from "../../core/shop-definition/shop-definition.ts";
import { writtenOtherwise } from "./written-otherwise.ts";

/** A function may weigh 50 MB when it is packed: https://docs.netlify.com/build/functions/overview, and so on Vercel. */
const MAX_FOLDER_BYTES = 40_000_000;

/** One sentence for each file of `private/` that is sold and cannot be handed out. */
export async function privateFileProblems(root: string, shop: ShopDefinition): Promise<string[]> {
  const problems: string[] = [];
  for (const [price, { deliver = [] }] of Object.entries(shop.prices ?? {})) {
    for (const [index, delivery] of deliver.entries()) {
      if (delivery.kind !== "file" || typeof delivery.file !== "string") continue;
      const problem = await problemOf(root, delivery.file);
      if (problem === undefined) continue;
      problems.push(`prices[${JSON.stringify(price)}].deliver[${index}].file: ${delivery.file} ${problem}`);
    }
  }
  const folderBytes = await bytesIn(join(root, "private"));
  if (folderBytes > MAX_FOLDER_BYTES) {
    problems.push(
      `The folder private holds ${megabytes(folderBytes)} of files, and a function carries ${megabytes(MAX_FOLDER_BYTES)} at most: ${USE_A_BUCKET}`,
    );
  }
  return problems;
}

const USE_A_BUCKET = 'move files to a bucket, { bucketKey: "…" }, as docs/delivery.md explains.';

async function problemOf(root: string, file: string): Promise<string | undefined> {
  const written = await findAsWritten(root, file);
  const found = written === undefined ? undefined : await stat(written).catch(() => undefined);
  if (found === undefined) return notThere(root, file);
  if (!found.isFile()) return "is a folder: name one file, an archive perhaps.";
  if (found.size === 0) return "is empty.";
  if (found.size <= MAX_PRIVATE_FILE_BYTES) return undefined;
  return `has ${megabytes(found.size)}, and the hosts let a function send ${megabytes(MAX_PRIVATE_FILE_BYTES)} at most: ${USE_A_BUCKET}`;
}

/** Compares with the folder's listing: a Mac and Windows find `Guide.pdf` for `guide.pdf`, and the hosts do not. */
async function notThere(root: string, file: string): Promise<string> {
  const names = await readdir(join(root, "private"), { recursive: true }).catch(() => []);
  const other = writtenOtherwise(
    file,
    names.map((name) => `private/${name.replaceAll("\\", "/")}`),
  );
  if (other === undefined) return "is not there. Capital and small letters count.";
  return `is not there; ${other.name} is, ${other.difference}.`;
}

async function bytesIn(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1).replace(/\.0$/, "")} MB`;
}
