import { parseArgs } from "node:util";

export interface SimulatorArguments {
  port: number;
  publicUrl: string;
  siteUrl: string;
  catalogFile: string | undefined;
  managedPaymentsByDefault: boolean;
  webhook: { url: string; secret: string; format: "snapshot" | "thin" } | undefined;
}

export const help = `The simulated Stripe as a server of its own, for functions that run in other processes.

Usage: npm run simulator -- [options]

  --port <number>            where to listen on 127.0.0.1 (default 12111)
  --public-url <url>         where browsers reach the payment page (default http://localhost:<port>)
  --site-url <url>           where the shop's pictures lie (default: the webhook's origin, else --public-url)
  --webhook-url <url>        where events go, such as http://127.0.0.1:8888/api/webhook
  --webhook-secret <whsec_…> signs them; the shop needs the same STRIPE_WEBHOOK_SECRET
  --webhook-format <format>  snapshot (default) or thin
  --catalog <file>           products and prices (default simulator/catalog.json)
  --managed-payments         the account has Managed Payments on by default, as newer ones do
  --help                     this text

Point the shop at it with STRIPE_API_BASE=http://127.0.0.1:12111 and any STRIPE_SECRET_KEY that begins with sk_test_.
`;

const options = {
  port: { type: "string" },
  "public-url": { type: "string" },
  "site-url": { type: "string" },
  "webhook-url": { type: "string" },
  "webhook-secret": { type: "string" },
  "webhook-format": { type: "string" },
  catalog: { type: "string" },
  "managed-payments": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the command line. "help" when it was asked for; throws an Error with one sentence when something is wrong. */
export function readArguments(argv: readonly string[]): SimulatorArguments | "help" {
  const { values } = parse(argv);
  if (values.help === true) return "help";
  const port = readPort(values.port ?? "12111");
  const publicUrl = readUrl("--public-url", values["public-url"] ?? `http://localhost:${port}`);
  const webhook = readWebhook(values["webhook-url"], values["webhook-secret"], values["webhook-format"]);
  const siteUrl = values["site-url"] ?? (webhook === undefined ? publicUrl : new URL(webhook.url).origin);
  return {
    port,
    publicUrl,
    siteUrl: readUrl("--site-url", siteUrl),
    catalogFile: values.catalog,
    managedPaymentsByDefault: values["managed-payments"] === true,
    webhook,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: false });
  } catch (error) {
    const detail = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new Error(`${detail}. Try --help.`, { cause: error });
  }
}

function readPort(value: string): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port needs a number between 0 and 65535, not "${value}".`);
  }
  return port;
}

function readUrl(flag: string, value: string): string {
  if (/^https?:\/\//.test(value) && URL.canParse(value)) return value;
  throw new Error(`${flag} needs a whole address such as http://127.0.0.1:8888, not "${value}".`);
}

function readWebhook(
  url: string | undefined,
  secret: string | undefined,
  format: string | undefined,
): SimulatorArguments["webhook"] {
  if (url === undefined) {
    if (secret === undefined && format === undefined) return undefined;
    throw new Error("--webhook-secret and --webhook-format need --webhook-url as well.");
  }
  if (secret === undefined || !/^whsec_\w+$/.test(secret)) {
    throw new Error('--webhook-url needs --webhook-secret: a text that begins with "whsec_".');
  }
  if (format !== undefined && format !== "snapshot" && format !== "thin") {
    throw new Error(`--webhook-format is snapshot or thin, not "${format}".`);
  }
  return { url: readUrl("--webhook-url", url), secret, format: format ?? "snapshot" };
}
