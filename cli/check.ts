import { fileURLToPath } from "node:url";

import {
  checkSiteUrl,
  parseBucketConfig,
  parseDynamodbConfig,
  parseStripeAccess,
} from "../core/config/config.ts";
import { parsePlace } from "../core/config/place.ts";
import { sellsLicenses } from "../core/delivery/licenses/licenses-of.ts";
import { formatMoney } from "../core/format/money.ts";
import { createStripeClient } from "../core/stripe/client.ts";
import { realRuntime } from "../core/runtime.ts";
import { collectConfig, fail, ownerEnvironment, readArguments } from "./owner-shop.ts";
import type { Answer } from "./site/ask-stripe.ts";
import { bucketFileProblems, soldFromBucket } from "./site/bucket-files.ts";
import { checkSite } from "./site/check-site.ts";
import { inspectHosts } from "./site/host-findings.ts";
import { licenseProblem } from "./site/license-problem.ts";
import { inspectSite, type LoadedSite } from "./site/load-site.ts";
import { lookAtPages } from "./site/look-at-pages.ts";
import { mailAdvice } from "./site/mail-advice.ts";
import { paymentPageOrigin } from "./site/payment-page.ts";
import { publishedProblems } from "./site/published-problems.ts";
import { tableProblem } from "./table-problem.ts";

const HELP = `Asks Stripe about every price that your pages and shop.config.ts offer: does it exist in the mode of your key, is it for sale,
and does the page show what will be charged? If you sell files from a bucket, checks that they are there; if you keep orders in DynamoDB,
that the table and its index are there. Looks for another shop of this kind on the account. Names styles, scripts and pictures that your
pages load and that are not there, and whatever browsers will refuse because of the Content-Security-Policy in vercel.json or netlify.toml.
Changes nothing.

  npm run check

The key is STRIPE_SECRET_KEY of .env, the bucket FILES_BUCKET, the table DYNAMODB_TABLE. Without a key it checks everything else, and
says what it could not check. Ends with 1, and a line for each mistake, when something cannot be sold as the page says, or orders cannot be
kept.`;

const NO_KEY =
  "STRIPE_SECRET_KEY is not set, so Stripe cannot be asked: put a key (sk_test_… or sk_live_…) into .env.";

const NOT_ASKED =
  "Not checked: whether your prices are there and for sale, and whether the pages say what will be charged.";

/** Without Stripe's key this is not a shop's environment, and LICENSE_PRIVATE_KEY may be set where the shop's variables are. */
const NO_LICENSE_KEY = "Not checked: LICENSE_PRIVATE_KEY, which signs the license keys that you sell.";

const unknown = readArguments(HELP);
if (unknown.length > 0) fail(`npm run check takes no arguments.\n\n${HELP}`);

const root = fileURLToPath(new URL("..", import.meta.url));
const { site, problems: inFiles } = await inspectSite(root);
/** Variables that are wrong. */
const wrongVariables: string[] = [];
const problems = [...inFiles];
const warnings: string[] = [];
/** What could not be checked, each with the reason. */
const notLooked: string[] = [];
/** Where buyers pay, if Stripe has told us. */
let paymentPage: string | undefined;

collectConfig(checkSiteUrl, wrongVariables);
const access = collectConfig(parseStripeAccess, wrongVariables);
const dynamodb = collectConfig(parseDynamodbConfig, wrongVariables);
if (site === undefined) {
  notLooked.push(
    "Not checked, because your files cannot be read: your pages, your prices, the files for sale.",
  );
} else {
  await askStripeAbout(site);
  await lookAt(site);
}
const unkept = dynamodb === undefined ? undefined : await tableProblem(dynamodb);
if (unkept !== undefined) problems.push(unkept);
report();

async function askStripeAbout(loaded: LoadedSite): Promise<void> {
  if (access === undefined) {
    const isWrong = wrongVariables.some((problem) => problem.startsWith("STRIPE_"));
    notLooked.push(isWrong ? NOT_ASKED : `${NO_KEY} ${NOT_ASKED}`);
    if (!isWrong && sellsLicenses(loaded)) notLooked.push(NO_LICENSE_KEY);
    return;
  }
  const check = await checkSite(loaded, access, parsePlace(ownerEnvironment()));
  if (check.kind === "unreachable")
    notLooked.push(`Stripe cannot be asked right now: ${check.reason}\n${NOT_ASKED}`);
  if (check.kind === "key_refused") {
    problems.push(check.problem);
    notLooked.push(NOT_ASKED);
  }
  if (check.kind !== "asked") return;
  for (const [name, answer] of check.answers) console.log(`${name.padEnd(32)} ${describe(answer)}`);
  problems.push(...check.problems, ...check.otherMode, ...check.otherShops.problems);
  warnings.push(...check.otherShops.warnings);
  paymentPage = await paymentPageOrigin(createStripeClient(access, realRuntime()));
}

/** The checks that need no Stripe key. */
async function lookAt(loaded: LoadedSite): Promise<void> {
  const undeliverable = collectConfig((environment) => licenseProblem(loaded, environment), wrongVariables);
  if (undeliverable !== undefined) problems.push(undeliverable);
  const sold = soldFromBucket(loaded.shop);
  const known = wrongVariables.length;
  const bucket = sold.length > 0 ? collectConfig(parseBucketConfig, wrongVariables) : undefined;
  if (sold.length > 0 && bucket === undefined && wrongVariables.length === known)
    console.log("FILES_BUCKET is not set here, so its files were not looked for.");
  if (bucket !== undefined) problems.push(...(await bucketFileProblems(sold, bucket)));
  const advice = mailAdvice(loaded.shop, ownerEnvironment());
  if (advice !== undefined) console.log(advice);
  const pages = await lookAtPages(root, loaded, ownerEnvironment(), paymentPage);
  warnings.push(...pages.warnings);
  problems.push(...pages.problems, ...(await publishedProblems(root, loaded.shop)));
  const hosts = await inspectHosts(root, loaded.shop.pages);
  problems.push(...hosts.unreadable, ...hosts.vercel.problems, ...hosts.netlify.problems);
  warnings.push(...hosts.vercel.notes, ...hosts.netlify.notes);
}

function report(): void {
  for (const warning of warnings) console.warn(warning);
  const said = [...new Set([...wrongVariables, ...problems, ...notLooked])];
  if (said.length === 0) {
    console.log(`\nEverything can be bought, in ${access?.livemode ? "live" : "test"} mode.`);
    return;
  }
  if (problems.length + wrongVariables.length + warnings.length === 0)
    console.log(
      "Everything that could be checked is in order: shop.config.ts, the files for sale, and what your pages load.",
    );
  fail(said.join("\n"));
}

function describe(answer: Answer): string {
  if (answer.kind !== "price") return answer.kind === "missing" ? "unknown to Stripe" : "in the other mode";
  const { unit_amount, currency, recurring, active } = answer.price;
  const amount = unit_amount === null ? "no fixed amount" : formatMoney(unit_amount, currency, "en");
  return `${amount}${recurring === null ? "" : every(recurring)}${active ? "" : ", archived"}`;
}

function every({ interval, interval_count: count }: { interval: string; interval_count: number }): string {
  return count === 1 ? ` every ${interval}` : ` every ${count} ${interval}s`;
}
