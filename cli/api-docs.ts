import { fileURLToPath } from "node:url";

import { API_DOCS_FOLDER, writeApiDocs } from "./api-docs/files.ts";

/** Writes the API's document and page into docs/: `npm run api-docs`, after a change of a route. A test compares them with the routes. */
await writeApiDocs(fileURLToPath(new URL("../docs", import.meta.url)));
console.log(`Wrote docs/${API_DOCS_FOLDER}/.`);
