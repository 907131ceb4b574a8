import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import open from "open";

import { ConfigError } from "../core/config/config-error.ts";
import { StorageInUseError } from "./dev/lock-storage.ts";
import { whenAskedToEnd } from "../simulator/when-asked-to-end.ts";
import { readDotEnv } from "./dot-env.ts";
import { SiteError } from "./site/site-error.ts";
import { startShop, type Shop, type ShopOptions } from "./dev/shop.ts";

const HELP = `Runs the whole shop on this machine.

  npm run dev                       simulated Stripe: no account, no key, no internet
  npm run dev -- --no-open          does not open the browser
  npm run dev -- --store stripe     keeps orders in Stripe instead of in DynamoDB
  npm run dev -- --fresh            keeps nothing: orders are gone when the shop closes
  npm run dev -- --send-mail        sends mails through SMTP_URL in .env instead of keeping them in the inbox
  PORT=8080 npm run dev             on another port (3000 otherwise, or the next free one); or PORT=8080 in .env

With STRIPE_SECRET_KEY=sk_test_… and STRIPE_WEBHOOK_SECRET=whsec_… in .env it talks to the real Stripe in test mode, and uses the DynamoDB
table, the chat and the server that .env names. Simulated orders never go there: they stay on this machine.`;

const DEFAULT_PORT = 3000;
const PORTS_TO_TRY = 20;

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: flags } = readFlags();
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

const environment = { ...readVariables(), ...process.env };
if (/^(?:sk|rk)_live_/.test(environment["STRIPE_SECRET_KEY"] ?? "")) {
  fail(
    "STRIPE_SECRET_KEY is a live key: `npm run dev` takes a test key (sk_test_…), so that trying things out moves no money.",
  );
}

let close: Shop["close"] | undefined;
whenAskedToEnd(async () => close?.());
const shop = await start({
  root,
  environment,
  storageFolder: flags.fresh ? undefined : join(root, ".data"),
  engine: flags.store === "stripe" ? "stripe" : "dynamodb",
  sendsMails: flags["send-mail"] === true,
  print: (text) => console.log(text),
});
close = shop.close;
console.log(
  `The shop is open at ${shop.url} (${stripeInUse(shop)}), its ${behindTheCounter(shop)}. Ctrl-C closes it.`,
);
if (!flags["no-open"] && process.stdout.isTTY) await open(shop.url).catch(() => undefined);

function readFlags() {
  try {
    const parsed = parseArgs({
      options: {
        help: { type: "boolean", short: "h" },
        "no-open": { type: "boolean" },
        store: { type: "string", default: "dynamodb" },
        fresh: { type: "boolean" },
        "send-mail": { type: "boolean" },
      },
    });
    const { store } = parsed.values;
    if (store !== "dynamodb" && store !== "stripe")
      throw new Error(`--store is dynamodb or stripe, not "${store}".`);
    return parsed;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

/** A port that was asked for must be free; the default port gives way to the next free one. */
async function start(options: Omit<ShopOptions, "port">): Promise<Shop> {
  const asked = environment["PORT"] || undefined;
  if (asked !== undefined && !(/^\d{1,5}$/.test(asked) && Number(asked) <= 65535)) {
    fail(`PORT is not a port number: "${asked}". It is a whole number up to 65535.`);
  }
  const first = asked === undefined ? DEFAULT_PORT : Number(asked);
  const last = asked === undefined ? DEFAULT_PORT + PORTS_TO_TRY : first;

  for (let port = first; ; port += 1) {
    try {
      return await startShop({ ...options, port });
    } catch (error) {
      if (!isPortTaken(error)) return fail(describe(error));
      if (port >= last)
        return fail(
          `Port ${port} is in use. Stop what runs there, or choose another: PORT=${port + 1} npm run dev`,
        );
    }
  }
}

/** The orders of the real Stripe are in its dashboard. */
function behindTheCounter({ simulatedStripe, url }: Shop): string {
  return simulatedStripe === undefined ? `mails at ${url}/__dev/inbox` : `orders and mails at ${url}/__dev`;
}

function stripeInUse({ simulatedStripe }: Shop): string {
  if (simulatedStripe !== undefined) return "simulated Stripe, no money moves";
  const base = environment["STRIPE_API_BASE"];
  return base ? `Stripe API at ${base}` : "real Stripe, test mode";
}

function describe(error: unknown): string {
  if (error instanceof ConfigError || error instanceof SiteError) return error.problems.join("\n");
  if (error instanceof StorageInUseError)
    return `${error.message} Close that shop, or use: npm run dev -- --fresh. If that process is not a shop, delete the file.`;
  // say-failures.cjs makes a sentence of it, too.
  throw error;
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

function readVariables(): Record<string, string | undefined> {
  try {
    return readDotEnv(root);
  } catch (error) {
    return fail(describe(error));
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
