import { readFile } from "node:fs/promises";

import { apiDocument } from "./document.ts";
import { apiPage } from "./page.ts";

/** The folder on a site with `apiDocs: true`, behind the counter of `npm run dev`, and in docs/. */
export const API_DOCS_FOLDER = "api-docs";

/** The API as files that refer to each other by name. */
export async function apiDocsFiles(): Promise<Record<"index.html" | "style.css" | "openapi.json", string>> {
  const document = apiDocument();
  return {
    "index.html": apiPage(document),
    "style.css": await readFile(new URL("style.css", import.meta.url), "utf8"),
    "openapi.json": `${JSON.stringify(document, undefined, 2)}\n`,
  };
}
