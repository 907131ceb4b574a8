import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { apiDocument } from "./document.ts";
import { apiPage } from "./page.ts";

/** The folder on a site with `apiDocs: true`, behind the counter of `npm run dev`, and in docs/. */
export const API_DOCS_FOLDER = "api-docs";

/** The API as files. They refer to each other by their path in `folder`; without it, by name. */
export async function apiDocsFiles(
  folder = "",
): Promise<Record<"index.html" | "style.css" | "openapi.json", string>> {
  const document = apiDocument();
  return {
    "index.html": apiPage(document, folder),
    "style.css": await readFile(new URL("style.css", import.meta.url), "utf8"),
    "openapi.json": `${JSON.stringify(document, undefined, 2)}\n`,
  };
}

/** Writes them into their folder in `parent`; `path` is the path of `parent` on a site. */
export async function writeApiDocs(parent: string, path?: "/"): Promise<void> {
  const folder = join(parent, API_DOCS_FOLDER);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(await apiDocsFiles(path && `${path}${API_DOCS_FOLDER}/`)))
    await writeFile(join(folder, name), text);
}
