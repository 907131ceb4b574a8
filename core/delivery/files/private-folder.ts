import { readdir, readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";

/**
 * Both hosts cut off answers above 4.5 MB (https://vercel.com/docs/functions/limitations,
 * https://docs.netlify.com/build/functions/configuration), so the build refuses larger files.
 */
export const MAX_PRIVATE_FILE_BYTES = 4_000_000;

/** The folder `private/` of the project. It lies beside the functions and is never published. */
export interface PrivateFolder {
  /** `file` as shop.config.ts names it, `private/…`. Undefined if it is not there. */
  read(file: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** @param projectFolder where `private/` lies. */
export function createPrivateFolder(projectFolder: string): PrivateFolder {
  const folder = resolve(projectFolder, "private");
  return {
    async read(file) {
      const path = resolve(projectFolder, file);
      if (!path.startsWith(folder + sep)) return undefined;
      const bytes = await readIfPresent(path);
      if (bytes !== undefined) return bytes;
      const written = await findAsWritten(projectFolder, file);
      return written === undefined ? undefined : readIfPresent(written);
    },
  };
}

/**
 * The file of that name, however its accented letters are stored: some programs on a Mac store an ü as two characters, while an editor
 * types it as one. Undefined if there is none, or if it differs in more than that.
 */
export async function findAsWritten(folder: string, file: string): Promise<string | undefined> {
  let found = folder;
  for (const part of file.split("/")) {
    const names = await readdir(found).catch((): string[] => []);
    const name = names.includes(part) ? part : names.find((each) => each.normalize() === part.normalize());
    if (name === undefined) return undefined;
    found = join(found, name);
  }
  return found;
}

async function readIfPresent(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "EISDIR"].includes(String(error.code))) {
      return undefined;
    }
    throw error;
  }
}
