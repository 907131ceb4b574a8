import { fileURLToPath } from "node:url";
import { join } from "node:path";

import { buildFunctions } from "./build/functions.ts";
import { buildSite } from "./build/site.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
await buildSite(root, join(root, "dist"));
await buildFunctions(root, join(root, "build"));
console.log("Built dist/ (the site) and build/ (the functions' bundle).");
