import { readFile } from "node:fs/promises";
import { resolve, sep } from "node:path";

/**
 * Both hosts cut off answers above 4.5 MB (https://vercel.com/docs/functions/limitations,
 * https://docs.netlify.com/build/functions/configuration), so the build refuses larger files.
 */
export const MAX_PRIVATE_FILE_BYTES = 4_000_000;

/** The folder `private/` of the project, which lies beside the functions and is published by nobody. */
export interface PrivateFolder {
  /** `file` as shop.config.ts names it, `private/…`. Undefined when it is not there. */
  read(file: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** @param projectFolder where `private/` lies. */
export function createPrivateFolder(projectFolder: string): PrivateFolder {
  const folder = resolve(projectFolder, "private");
  return {
    async read(file) {
      const path = resolve(projectFolder, file);
      if (!path.startsWith(folder + sep)) return undefined;
      try {
        return new Uint8Array(await readFile(path));
      } catch (error) {
        if (error instanceof Error && "code" in error && ["ENOENT", "EISDIR"].includes(String(error.code))) {
          return undefined;
        }
        throw error;
      }
    },
  };
}
