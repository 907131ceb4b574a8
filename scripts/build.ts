import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Catalog } from "../core/checkout/catalog.ts";
import { isPreview } from "../core/config-host.ts";
import { parseStripeAccess } from "../core/config.ts";
import { buildEnvironment, findSecrets } from "./build/find-secrets.ts";
import { buildFunctions } from "./build/functions.ts";
import { buildSite } from "./build/site.ts";
import { fail, readConfig, readSite } from "./owner-shop.ts";
import { checkSite } from "./site/check-site.ts";
import { licenseProblem } from "./site/license-problem.ts";
import { mailAdvice } from "./site/mail-advice.ts";
import { missingFiles } from "./site/missing-files.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const site = await readSite();
const undeliverable = readConfig((environment) => licenseProblem(site, environment));
if (undeliverable !== undefined) fail(undeliverable);
const catalog = await makeCatalog();
const advice = readConfig((environment) => mailAdvice(site.shop, environment));
if (advice !== undefined) console.log(advice);
for (const warning of await missingFiles(root, site.shop.pages)) console.warn(warning);
await buildSite(root, join(root, "dist"), site.shop.pages);
await buildFunctions(root, join(root, "build"), catalog);
await refuseSecrets();
const count = Object.keys(catalog.prices).length;
console.log(
  `Built dist/ (the site) and build/ (the functions' bundle, which sells ${count} ${count === 1 ? "price" : "prices"}).`,
);

/**
 * What is for sale, with what Stripe knows about it. A mistake in the files ends the build here rather than a sale later; an outage of
 * Stripe's does not, because nothing is known to be wrong then: the functions will ask at the first sale.
 */
async function makeCatalog(): Promise<Catalog> {
  const access = readConfig(parseStripeAccess);
  if (access === undefined) {
    console.log("STRIPE_SECRET_KEY is not set here, so the prices were not compared with Stripe.");
    return site.catalog;
  }
  const check = await checkSite(site, access);
  if (check.kind === "key_refused") return fail(check.problem);
  if (check.kind === "unreachable") {
    console.warn(`Stripe cannot be asked right now, so the prices were not compared: ${check.reason}`);
    return site.catalog;
  }
  // A preview with a test key shows the same pages as the live site.
  const problems = isPreview(process.env as Record<string, string>)
    ? check.problems
    : [...check.problems, ...check.otherMode];
  if (problems.length > 0) return fail(problems.join("\n"));
  for (const warning of check.otherMode) console.warn(`Not for sale in this preview: ${warning}`);
  return check.catalog;
}

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
