import { readFile } from "node:fs/promises";
import { join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

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

export function createPrivateFolder(folder: string): PrivateFolder {
  const parent = normalize(join(folder, ".."));
  return {
    async read(file) {
      const path = normalize(join(parent, file));
      if (!path.startsWith(normalize(folder) + sep)) return undefined;
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

/**
 * Where `private/` lies for the bundle `build/app.mjs`, on a host as in the project: both hosts keep the folders as they are. A function
 * of its own keeps the hosts' tracers from adding the folder to every function; vercel.json and netlify.toml add it to one.
 */
export function privateFolderBeside(bundleUrl: string): string {
  return fileURLToPath(new URL("../private", bundleUrl));
}
