import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Catalog } from "../core/shop-definition/catalog.ts";
import { isPreview } from "../core/config/host.ts";
import { checkSiteUrl, parseStripeAccess } from "../core/config/config.ts";
import { parsePlace } from "../core/config/place.ts";
import { buildEnvironment, findSecrets } from "./build/find-secrets.ts";
import { buildFunctions } from "./build/functions.ts";
import { forSale } from "./build/for-sale.ts";
import { expectOwnOutput } from "./build/own-output.ts";
import { buildSite } from "./build/site.ts";
import { collectConfig, fail, ownerEnvironment } from "./owner-shop.ts";
import { checkSite } from "./site/check-site.ts";
import { inspectHosts } from "./site/host-findings.ts";
import { licenseProblem } from "./site/license-problem.ts";
import { inspectSite } from "./site/load-site.ts";
import { lookAtPages } from "./site/look-at-pages.ts";
import { mailAdvice } from "./site/mail-advice.ts";
import { publishedProblems } from "./site/published-problems.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { site, problems: inFiles } = await inspectSite(root);
// All problems are reported at once: on a host, each further try costs a deployment.
const problems = [...inFiles];
collectConfig(checkSiteUrl, problems);
const catalog = await makeCatalog();
for (const warning of await lookAtTheRest()) console.warn(warning);
if (site === undefined || problems.length > 0) fail([...new Set(problems)].join("\n"));
const advice = mailAdvice(site.shop, ownerEnvironment());
if (advice !== undefined) console.log(advice);
// Nothing has been deleted yet.
await expectOwnOutput(root, join(root, "build"), "app.mjs");
await buildSite(root, join(root, "dist"), site.shop);
await buildFunctions(root, join(root, "build"), catalog);
await refuseSecrets();
console.log(`Built dist/ (the site) and build/ (the functions' bundle, which sells ${forSale(catalog)}).`);

/**
 * What is for sale, with what Stripe knows about it. A mistake in the files stops the build here instead of a sale later. An outage at
 * Stripe does not stop it: nothing is known to be wrong, and the functions ask at the first sale.
 */
async function makeCatalog(): Promise<Catalog> {
  const known = problems.length;
  const access = collectConfig(parseStripeAccess, problems);
  if (site === undefined) return { prices: {} };
  if (access === undefined) {
    if (problems.length === known)
      console.log("STRIPE_SECRET_KEY is not set here, so the prices were not compared with Stripe.");
    return site.catalog;
  }
  const check = await checkSite(site, access, parsePlace(ownerEnvironment()));
  if (check.kind === "key_refused") {
    problems.push(check.problem);
    return site.catalog;
  }
  if (check.kind === "unreachable") {
    console.warn(`Stripe cannot be asked right now, so the prices were not compared: ${check.reason}`);
    return site.catalog;
  }
  problems.push(...check.problems);
  // A preview with a test key shows the same pages as the live site.
  if (isPreview(process.env as Record<string, string>))
    for (const warning of check.otherMode) console.warn(`Not for sale in this preview: ${warning}`);
  else problems.push(...check.otherMode, ...check.otherShops.problems);
  for (const warning of check.otherShops.warnings) console.warn(warning);
  return check.catalog;
}

/** The checks that need no answer from Stripe. Adds to the problems, and returns warnings, which do not stop the build. */
async function lookAtTheRest(): Promise<string[]> {
  if (site === undefined) return [];
  const undeliverable = collectConfig((environment) => licenseProblem(site, environment), problems);
  if (undeliverable !== undefined) problems.push(undeliverable);
  const pages = await lookAtPages(root, site, ownerEnvironment());
  problems.push(...pages.problems, ...(await publishedProblems(root, site.shop)));
  return [...pages.warnings, ...(await lookAtHosts(site.shop.pages))];
}

/** What breaks the shop on the host that runs this build stops it; what breaks it on another host is a warning. */
async function lookAtHosts(folder: string | undefined): Promise<string[]> {
  const { vercel, netlify, unreadable } = await inspectHosts(root, folder);
  problems.push(...unreadable);
  return [
    { findings: vercel, isHere: process.env["VERCEL"] !== undefined },
    { findings: netlify, isHere: process.env["NETLIFY"] !== undefined },
  ].flatMap(({ findings, isHere }) => {
    if (isHere) problems.push(...findings.problems);
    return isHere ? findings.notes : [...findings.problems, ...findings.notes];
  });
}

/** A published key cannot be taken back, so the build fails instead. */
async function refuseSecrets(): Promise<void> {
  const environment = await buildEnvironment(root, process.env);
  const found = await findSecrets(root, [join(root, "dist"), join(root, "build")], environment);
  if (found.length === 0) return;
  for (const { file, line, what } of found) console.error(`${file}, line ${line}: holds ${what}.`);
  console.error(
    "The build stops here: a secret must not be published. Remove it from your pages or from shop.config.ts and keep it in the host's environment variables. If it was online before, replace it at the service that issued it, and revoke this one.",
  );
  process.exit(1);
}
