import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { buildFunctions } from "../../cli/build/functions.ts";
import { loadSite } from "../../cli/site/load-site.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface DeployableCopy {
  folder: string;
  remove(): Promise<void>;
}

/** The adapters beside a bundle of their own, as a host packages them, without `npm run build`. */
export async function makeDeployableCopy(): Promise<DeployableCopy> {
  const folder = await mkdtemp(join(tmpdir(), "static-checkout-adapters-"));
  for (const part of ["api", "netlify", "private", "package.json", "tsconfig.json"]) {
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  }
  const { catalog } = await loadSite(ROOT);
  await buildFunctions(ROOT, join(folder, "build"), catalog);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
