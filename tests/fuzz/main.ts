import { parseArgs } from "node:util";

import { fuzzCreation, fuzzWebhook } from "./fuzz.ts";

const HELP = `Sends made-up requests to the shop's own handlers and checks every answer.

  npm run fuzz                              20,000 of each kind
  npm run fuzz -- --requests 100            as many as you like
  npm run fuzz -- --seed 7                  the same requests again

Ends with 1, and with the request as small as it can be made, when one of them gets through.`;

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const options = { requests: Number(values.requests), seed: Number(values.seed) };
if (!Number.isSafeInteger(options.requests) || options.requests < 1 || !Number.isSafeInteger(options.seed)) {
  console.error(`--requests and --seed are whole numbers.\n\n${HELP}`);
  process.exit(1);
}

console.log(`Seed ${options.seed}`);
for (const [name, fuzz] of [
  ["webhook requests", fuzzWebhook],
  ["creation requests", fuzzCreation],
] as const) {
  const startedAt = performance.now();
  const figures = await fuzz(options);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(`\n${options.requests} ${name}, ${seconds} s`);
  for (const kind of Object.keys(figures).toSorted())
    console.log(`  ${String(figures[kind]).padStart(7)}  ${kind}`);
}
