import { fileURLToPath } from "node:url";
import { join } from "node:path";

import { buildEnvironment, findSecrets } from "./build/find-secrets.ts";
import { buildFunctions } from "./build/functions.ts";
import { buildSite } from "./build/site.ts";
import { loadSite } from "./site/load-site.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { catalog } = await loadSite(root);
await buildSite(root, join(root, "dist"));
await buildFunctions(root, join(root, "build"), catalog);
await refuseSecrets();
console.log("Built dist/ (the site) and build/ (the functions' bundle).");

/** A key that is published cannot be called back, so the build fails instead. */
async function refuseSecrets(): Promise<void> {
  const environment = await buildEnvironment(root, process.env);
  const found = await findSecrets(root, [join(root, "dist"), join(root, "build")], environment);
  if (found.length === 0) return;
  for (const { file, line, what } of found) console.error(`${file}, line ${line}: holds ${what}.`);
  console.error(
    "The build stops here: a secret must not be published. Remove it from your pages or from shop.config.ts, keep it in the host's environment variables, and if it was online before, roll it where it came from.",
  );
  process.exit(1);
}
