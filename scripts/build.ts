import { fileURLToPath } from "node:url";
import { join } from "node:path";

import { buildFunctions } from "./build/functions.ts";
import { buildSite } from "./build/site.ts";
import { licenseProblem } from "./site/license-problem.ts";
import { loadSite } from "./site/load-site.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const site = await loadSite(root);
const problem = licenseProblem(site, process.env);
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}
await buildSite(root, join(root, "dist"));
await buildFunctions(root, join(root, "build"), site.catalog);
console.log("Built dist/ (the site) and build/ (the functions' bundle).");
