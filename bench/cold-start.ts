import { execFile } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";

import { buildFunctions } from "../cli/build/functions.ts";
import { closeServer, listen } from "../cli/dev/listen.ts";
import { loadSite } from "../cli/site/load-site.ts";
import { dynamodbEnvironment, startLocalDynamodb } from "../cli/dev/local-dynamodb.ts";
import catalog from "../simulator/catalog.json" with { type: "json" };
import { parseCatalog } from "../simulator/catalog.ts";
import { createSimulatorServer } from "../simulator/http-server.ts";
import { createSimulatedStripe } from "../simulator/simulated-stripe.ts";

/**
 * What a buyer, or Stripe, waits for when no instance is warm: import of the function's module and its first request, each in
 * a fresh process. Compared in one run, taking turns: the bundle as deployed, the same code unbundled as a host would package it,
 * and a hand-written minimum. Trust the ratios: the milliseconds depend on this machine.
 */

const HELP = `Measures cold starts: the functions as deployed, unbundled, and a hand-written minimum.

  npm run bench                    15 rounds
  npm run bench -- --rounds 40     more of them`;

const SECRETS = { STRIPE_SECRET_KEY: "sk_test_simulated", STRIPE_WEBHOOK_SECRET: "whsec_simulated0000" };
const VARIANTS = ["bundled", "unbundled", "minimum"] as const;
type Variant = (typeof VARIANTS)[number];

interface Scenario {
  name: string;
  /** The goal for bundled / unbundled. */
  goal: number;
  handler: Record<Variant, string>;
  environment: Record<string, string>;
  request(): Promise<{ url: string; method: string; headers: Record<string, string>; body: string }>;
}

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "15" }, help: { type: "boolean", short: "h" } },
});
const rounds = Number(flags.rounds);
if (flags.help || !Number.isInteger(rounds) || rounds < 1) {
  console.log(HELP);
  process.exit(flags.help ? 0 : 1);
}

const modules: Record<Variant, string> = {
  bundled: join(root, "bench/.bundled/app.mjs"),
  unbundled: join(root, "bench/.unbundled/bench/unbundled-functions.js"),
  minimum: join(root, "bench/minimum.mjs"),
};
const { catalog: forSale } = await loadSite(root);
await buildFunctions(root, join(root, "bench/.bundled"), forSale);
await run("tsc", ["-p", join(root, "bench/tsconfig.unbundled.json")], {
  shell: process.platform === "win32",
});

const stripe = createSimulatedStripe({
  catalog: parseCatalog(catalog),
  publicUrl: "http://127.0.0.1",
});
const stripeServer = createSimulatorServer(stripe);
const stripeUrl = `http://127.0.0.1:${await listen(stripeServer, 0)}`;
const dynamodb = await startLocalDynamodb(undefined);

const shop = { ...SECRETS, SITE_URL: "https://shop.example", STRIPE_API_BASE: stripeUrl };
const scenarios: Scenario[] = [
  {
    name: "create-checkout-session",
    goal: 0.18,
    handler: {
      bundled: "createCheckoutSession",
      unbundled: "createCheckoutSession",
      minimum: "createCheckoutSession",
    },
    environment: shop,
    request: async () => ({
      url: "https://shop.example/api/create-checkout-session",
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": randomUUID() },
      body: JSON.stringify({ price_id: "price_poster_a2", quantity: 1 }),
    }),
  },
  {
    name: "webhook, an event to verify",
    goal: 0.15,
    handler: { bundled: "webhook", unbundled: "webhook", minimum: "webhook" },
    environment: shop,
    request: async () => signedEvent("customer.updated", "cus_1"),
  },
  {
    name: "webhook, an order into DynamoDB",
    goal: 0.3,
    handler: { bundled: "webhook", unbundled: "webhook", minimum: "webhookWithDynamodb" },
    environment: { ...shop, ...dynamodbEnvironment(dynamodb.config) },
    request: async () => signedEvent("checkout.session.completed", await paidSession()),
  },
];

console.log(`Cold start: import and first request in a fresh process, medians of ${rounds} rounds.\n`);
console.log("                                   bundled  unbundled  minimum   bundled/unbundled (goal)");
for (const scenario of scenarios) report(scenario, await measure(scenario));

await closeServer(stripeServer);
stripe.close();
await dynamodb.close();
for (const folder of ["bench/.bundled", "bench/.unbundled"])
  await rm(join(root, folder), { recursive: true });

async function measure(scenario: Scenario): Promise<Record<Variant, number>> {
  const times: Record<Variant, number[]> = { bundled: [], unbundled: [], minimum: [] };
  for (let round = -1; round < rounds; round += 1) {
    for (const variant of VARIANTS) {
      const elapsedMs = await coldStart(scenario, variant);
      // The first round warms the file system's cache.
      if (round >= 0) times[variant].push(elapsedMs);
    }
  }
  return {
    bundled: median(times.bundled),
    unbundled: median(times.unbundled),
    minimum: median(times.minimum),
  };
}

async function coldStart(scenario: Scenario, variant: Variant): Promise<number> {
  const job = {
    module: pathToFileURL(modules[variant]).href,
    handler: scenario.handler[variant],
    request: await scenario.request(),
  };
  const { stdout } = await run(process.execPath, [join(root, "bench/cold-start-child.mjs")], {
    env: { PATH: process.env["PATH"], ...scenario.environment, BENCH_JOB: JSON.stringify(job) },
  });
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
    elapsedMs: number;
    status: number;
    body: string;
  };
  if (result.status !== 200)
    throw new Error(`${scenario.name}, ${variant}: status ${result.status}: ${result.body}`);
  return result.elapsedMs;
}

function report({ name, goal }: Scenario, medians: Record<Variant, number>): void {
  const ratio = medians.bundled / medians.unbundled;
  const columns = VARIANTS.map((variant) => `${medians[variant].toFixed(1)} ms`.padStart(9)).join(" ");
  console.log(`${name.padEnd(32)} ${columns}   ${ratio.toFixed(2)} (${goal.toFixed(2)})`);
}

async function paidSession(): Promise<string> {
  const response = await stripe.handleApi(
    new Request(`${stripeUrl}/v1/checkout/sessions`, {
      method: "POST",
      headers: { Authorization: `Bearer ${SECRETS.STRIPE_SECRET_KEY}` },
      body: new URLSearchParams({
        mode: "payment",
        "line_items[0][price]": "price_poster_a2",
        "line_items[0][quantity]": "1",
        success_url: "https://shop.example/",
        "metadata[static_checkout]": "1",
      }),
    }),
  );
  const { id } = (await response.json()) as { id: string };
  stripe.buyer.pay(id, { card: "4242424242424242" });
  return id;
}

async function signedEvent(type: string, objectId: string): ReturnType<Scenario["request"]> {
  const body = JSON.stringify({
    object: "event",
    id: "evt_1",
    type,
    livemode: false,
    data: { object: { id: objectId } },
  });
  const seconds = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", SECRETS.STRIPE_WEBHOOK_SECRET)
    .update(`${seconds}.${body}`)
    .digest("hex");
  return {
    url: "https://shop.example/api/webhook",
    method: "POST",
    headers: { "Stripe-Signature": `t=${seconds},v1=${signature}` },
    body,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
