import { fileURLToPath } from "node:url";
import { join } from "node:path";

import { buildFunctions } from "./build/functions.ts";
import { buildSite } from "./build/site.ts";
import { loadSite } from "./site/load-site.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { catalog } = await loadSite(root);
await buildSite(root, join(root, "dist"));
await buildFunctions(root, join(root, "build"), catalog);
console.log("Built dist/ (the site) and build/ (the functions' bundle).");
