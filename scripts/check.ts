import { fileURLToPath } from "node:url";

import { parseBucketConfig, parseDynamodbConfig, parseStripeAccess } from "../core/config.ts";
import { formatMoney } from "../core/money.ts";
import type { Answer } from "./site/ask-stripe.ts";
import { bucketFileProblems, soldFromBucket } from "./site/bucket-files.ts";
import { checkSite } from "./site/check-site.ts";
import { licenseProblem } from "./site/license-problem.ts";
import { mailAdvice } from "./site/mail-advice.ts";
import { missingFiles } from "./site/missing-files.ts";
import { fail, readArguments, readConfig, readSite } from "./owner-shop.ts";
import { tableProblem } from "./table-problem.ts";

const HELP = `Asks Stripe about every price that your pages and shop.config.ts offer: is it there, in the mode of your key, is it for sale, and
does the page show what will be charged? Then asks your bucket, if you sell files from one, whether they are there, and DynamoDB, if you keep
orders in it, whether the table is there and has its index. Names styles, scripts and pictures that your pages load and that are not there.
Changes nothing.

  npm run check

The key is STRIPE_SECRET_KEY of .env, the bucket FILES_BUCKET, the table DYNAMODB_TABLE. Ends with 1, and a line for each mistake, when
something cannot be sold as the page says, or no order could be kept.`;

const unknown = readArguments(HELP);
if (unknown.length > 0) fail(`npm run check takes no arguments.\n\n${HELP}`);

const site = await readSite();
const access = readConfig(parseStripeAccess);
const dynamodb = readConfig(parseDynamodbConfig);
if (access === undefined) {
  fail(
    "STRIPE_SECRET_KEY is not set, so Stripe cannot be asked: put a key (sk_test_… or sk_live_…) into .env. The files alone are in order.",
  );
}
const check = await checkSite(site, access);
if (check.kind === "key_refused") fail(check.problem);
if (check.kind === "unreachable") fail(`Stripe cannot be asked right now: ${check.reason}`);

for (const [name, answer] of check.answers) console.log(`${name.padEnd(32)} ${describe(answer)}`);
const undeliverable = readConfig((environment) => licenseProblem(site, environment));
const sold = soldFromBucket(site.shop);
const bucket = sold.length > 0 ? readConfig(parseBucketConfig) : undefined;
if (sold.length > 0 && bucket === undefined)
  console.log("FILES_BUCKET is not set here, so nobody has looked whether its files are there.");
const unkept = dynamodb === undefined ? undefined : await tableProblem(dynamodb);
const root = fileURLToPath(new URL("..", import.meta.url));
const advice = readConfig((environment) => mailAdvice(site.shop, environment));
if (advice !== undefined) console.log(advice);
for (const warning of await missingFiles(root, site.shop.pages)) console.warn(warning);
const problems = [
  ...check.problems,
  ...check.otherMode,
  ...(undeliverable === undefined ? [] : [undeliverable]),
  ...(bucket === undefined ? [] : await bucketFileProblems(sold, bucket)),
  ...(unkept === undefined ? [] : [unkept]),
];
if (problems.length > 0) fail(`\n${problems.join("\n")}`);
console.log(`\nAll of it can be bought, in ${access.livemode ? "live" : "test"} mode.`);

function describe(answer: Answer): string {
  if (answer.kind !== "price") return answer.kind === "missing" ? "unknown to Stripe" : "in the other mode";
  const { unit_amount, currency, recurring, active } = answer.price;
  const amount = unit_amount === null ? "no fixed amount" : formatMoney(unit_amount, currency, "en");
  return `${amount}${recurring === null ? "" : every(recurring)}${active ? "" : ", archived"}`;
}

function every({ interval, interval_count: count }: { interval: string; interval_count: number }): string {
  return count === 1 ? ` every ${interval}` : ` every ${count} ${interval}s`;
}
