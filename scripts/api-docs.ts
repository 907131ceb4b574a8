import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { API_DOCS_FOLDER, apiDocsFiles } from "./api-docs/files.ts";

/** Writes the API's document and page into docs/, for whoever changes a route: `npm run api-docs`. A test compares them with the routes. */
const folder = join(fileURLToPath(new URL("../docs", import.meta.url)), API_DOCS_FOLDER);
await mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(await apiDocsFiles())) await writeFile(join(folder, name), text);
console.log(`Wrote docs/${API_DOCS_FOLDER}/.`);
