import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseCatalog, type Catalog } from "./catalog.ts";

/** Reads the demo catalog, or the given file. Throws an Error that says what to fix. */
export function readCatalogFile(file = fileURLToPath(new URL("./catalog.json", import.meta.url))): Catalog {
  const name = relative(process.cwd(), file) || file;
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${name} cannot be read. Check the path.`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${name} is not valid JSON (${detail}). A comma too many or too few is the usual cause.`,
      {
        cause: error,
      },
    );
  }
  return parseCatalog(value, name);
}
