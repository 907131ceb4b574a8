import * as z from "zod/mini";

/** What a shop needs to know about its surroundings, parsed once. Secrets in here never reach a log or a response. */
export interface Config {
  stripe: {
    secretKey: string;
    /** Every secret whose signature is accepted; more than one while a secret is rotated or two endpoints share the URL. */
    webhookSecrets: readonly string[];
    /** True for a live key. Test and live orders never meet. */
    livemode: boolean;
    /** Another Stripe-compatible server, for development; undefined means Stripe itself. */
    apiBase: URL | undefined;
  };
  /** Where buyers come back to, without a trailing slash, e.g. `https://shop.example`. */
  siteUrl: string;
  /** Marks this shop's sessions, where an account has several shops of this kind. */
  shopId: string;
  /** What a host's scheduler must show to start reconciliation; undefined closes that door. */
  cronSecret: string | undefined;
  /** Undefined: orders are kept in Stripe itself. */
  dynamodb: DynamodbConfig | undefined;
}

export interface DynamodbConfig {
  table: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  endpoint: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** One sentence per wrong variable; each names the variable and says where the right value is found. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

const API_KEYS_PAGE = "https://dashboard.stripe.com/apikeys";
const WEBHOOKS_PAGE = "https://dashboard.stripe.com/webhooks";

const secretKeySchema = z
  .string({ error: `STRIPE_SECRET_KEY is not set: copy the secret key (sk_test_…) from ${API_KEYS_PAGE}.` })
  .check(
    z.refine((key) => !key.startsWith("pk_"), {
      error: `STRIPE_SECRET_KEY holds a publishable key (pk_…): copy the secret key (sk_…) from ${API_KEYS_PAGE}.`,
      abort: true,
    }),
    z.regex(/^(?:sk|rk)_(?:test|live)_[A-Za-z0-9_]+$/, {
      error: `STRIPE_SECRET_KEY is not a Stripe secret key: it starts with sk_test_, sk_live_, rk_test_ or rk_live_ and has no blanks; copy it from ${API_KEYS_PAGE}.`,
    }),
  );

const webhookSecretsSchema = z
  .string({
    error: `STRIPE_WEBHOOK_SECRET is not set: copy the endpoint's signing secret (whsec_…) from ${WEBHOOKS_PAGE}, or run "stripe listen --print-secret" for local use.`,
  })
  .check(
    z.refine((list) => splitSecrets(list).every((secret) => /^whsec_[A-Za-z0-9+/=_-]{8,}$/.test(secret)), {
      error: `STRIPE_WEBHOOK_SECRET is not a signing secret: it starts with whsec_ (several are separated by commas); copy it from ${WEBHOOKS_PAGE}.`,
    }),
  );

const siteUrlSchema = z
  .string({
    error:
      "SITE_URL is not set and the host does not tell it: set it to the address of your shop, e.g. https://shop.example.",
  })
  .check(
    z.refine(isSiteUrl, {
      error:
        "SITE_URL is not the address of a website: it looks like https://shop.example (http only on localhost).",
      abort: true,
    }),
    z.refine((text) => !/[?#@]/.test(text), {
      error: "SITE_URL must be an address alone, without ?query, #fragment or user name.",
    }),
  );

const apiBaseSchema = z.optional(
  z.string().check(
    z.refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
      error: "STRIPE_API_BASE is not an address: it looks like http://127.0.0.1:12111.",
    }),
  ),
);

const dynamodbSchema = z.object({
  DYNAMODB_TABLE: z.string().check(
    z.regex(/^[A-Za-z0-9_.-]{3,255}$/, {
      error: "DYNAMODB_TABLE is not a table name: 3 to 255 letters, digits, and _ . - only.",
    }),
  ),
  DYNAMODB_REGION: z.string({
    error: dynamodbMissing("DYNAMODB_REGION", "the table's region, e.g. eu-central-1"),
  }),
  DYNAMODB_ACCESS_KEY_ID: z.string({
    error: dynamodbMissing("DYNAMODB_ACCESS_KEY_ID", "an IAM access key for this table"),
  }),
  DYNAMODB_SECRET_ACCESS_KEY: z.string({
    error: dynamodbMissing("DYNAMODB_SECRET_ACCESS_KEY", "the secret that belongs to the access key"),
  }),
  DYNAMODB_ENDPOINT: z.optional(
    z.string().check(
      z.refine((text) => URL.canParse(text), {
        error: "DYNAMODB_ENDPOINT is not an address: leave it empty for AWS.",
      }),
    ),
  ),
});

const cronSecretSchema = z.optional(
  z.string().check(
    z.regex(/^[\x21-\x7e]{16,}$/, {
      error:
        "CRON_SECRET is too short or has blanks: use 16 characters or more, e.g. from `openssl rand -hex 32`.",
    }),
  ),
);

const shopIdSchema = z._default(
  z
    .string()
    .check(z.regex(/^[\w-]{1,40}$/, { error: "SHOP_ID is not a name: 1 to 40 letters, digits, - or _." })),
  "1",
);

const shopSchema = z.object({
  STRIPE_SECRET_KEY: secretKeySchema,
  STRIPE_WEBHOOK_SECRET: webhookSecretsSchema,
  STRIPE_API_BASE: apiBaseSchema,
  SITE_URL: siteUrlSchema,
  CRON_SECRET: cronSecretSchema,
  SHOP_ID: shopIdSchema,
});

const DYNAMODB_COMPANIONS = ["DYNAMODB_REGION", "DYNAMODB_ACCESS_KEY_ID", "DYNAMODB_SECRET_ACCESS_KEY"];

/**
 * Reads the environment; an empty variable counts as one that is not set.
 * @throws ConfigError that lists every wrong variable at once.
 */
export function parseConfig(environment: Environment): Config {
  const variables = withoutEmpty(environment);
  const shop = shopSchema.safeParse({
    ...variables,
    SITE_URL: variables["SITE_URL"] ?? hostSiteUrl(variables),
  });
  const dynamodb = readDynamodb(variables);
  const problems = [...problemsOf(shop), ...dynamodb.problems];
  const apiBase = shop.data?.STRIPE_API_BASE;
  if (apiBase && isDeployed(variables)) {
    problems.push(
      "STRIPE_API_BASE is set on a deployed site: it is for development only; remove it from the site's environment.",
    );
  }
  if (apiBase && /_live_/.test(variables["STRIPE_SECRET_KEY"] ?? "")) {
    problems.push(
      "STRIPE_API_BASE is set beside a live key: a live key is sent to Stripe only; use a test key.",
    );
  }
  const strayDynamodb = DYNAMODB_COMPANIONS.filter((name) => variables[name] !== undefined);
  if (variables["DYNAMODB_TABLE"] === undefined && strayDynamodb.length > 0) {
    problems.push(
      `DYNAMODB_TABLE is not set although ${strayDynamodb.join(", ")} is: name the table, or remove the others to keep orders in Stripe.`,
    );
  }
  if (!shop.success || problems.length > 0) throw new ConfigError(problems);

  return {
    stripe: {
      secretKey: shop.data.STRIPE_SECRET_KEY,
      webhookSecrets: splitSecrets(shop.data.STRIPE_WEBHOOK_SECRET),
      livemode: /^(?:sk|rk)_live_/.test(shop.data.STRIPE_SECRET_KEY),
      apiBase: apiBase === undefined ? undefined : new URL(apiBase),
    },
    siteUrl: new URL(shop.data.SITE_URL).href.replace(/\/+$/, ""),
    shopId: shop.data.SHOP_ID,
    cronSecret: shop.data.CRON_SECRET,
    dynamodb: dynamodb.config,
  };
}

/**
 * The part that says where the orders' table is; undefined when none is asked for.
 * @throws ConfigError that lists every wrong variable of this part.
 */
export function parseDynamodbConfig(environment: Environment): DynamodbConfig | undefined {
  const { config, problems } = readDynamodb(withoutEmpty(environment));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readDynamodb(environment: Record<string, string>): {
  config: DynamodbConfig | undefined;
  problems: string[];
} {
  if (environment["DYNAMODB_TABLE"] === undefined) return { config: undefined, problems: [] };
  const result = dynamodbSchema.safeParse(environment);
  if (!result.success) return { config: undefined, problems: problemsOf(result) };
  const variables = result.data;
  const config = {
    table: variables.DYNAMODB_TABLE,
    region: variables.DYNAMODB_REGION,
    accessKeyId: variables.DYNAMODB_ACCESS_KEY_ID,
    secretAccessKey: variables.DYNAMODB_SECRET_ACCESS_KEY,
    endpoint: variables.DYNAMODB_ENDPOINT,
  };
  return { config, problems: [] };
}

/**
 * The site's address as the host states it: never taken from a request header, which the caller writes.
 * Vercel: https://vercel.com/docs/environment-variables/system-environment-variables;
 * Netlify functions get `URL`: https://docs.netlify.com/build/functions/environment-variables/.
 */
function hostSiteUrl(variables: Record<string, string>): string | undefined {
  if (variables["VERCEL_ENV"] === "production" && variables["VERCEL_PROJECT_PRODUCTION_URL"]) {
    return `https://${variables["VERCEL_PROJECT_PRODUCTION_URL"]}`;
  }
  const vercelDeployment = variables["VERCEL_BRANCH_URL"] ?? variables["VERCEL_URL"];
  if (vercelDeployment !== undefined) return withScheme(vercelDeployment);
  return variables["URL"];
}

/** `vercel dev` gives `localhost:3000`, a deployment gives a bare host name. */
function withScheme(host: string): string {
  return /^(?:localhost|127\.0\.0\.1)(?::|$)/.test(host) ? `http://${host}` : `https://${host}`;
}

/** True on the hosts' machines, false on a developer's, where `vercel dev` and `netlify dev` set their own marks. */
function isDeployed(variables: Record<string, string>): boolean {
  if (variables["NETLIFY_DEV"] === "true" || variables["NETLIFY_LOCAL"] === "true") return false;
  if (variables["VERCEL_ENV"] === "development") return false;
  const marks = ["VERCEL", "NETLIFY", "AWS_LAMBDA_FUNCTION_NAME"];
  return marks.some((mark) => variables[mark] !== undefined) || variables["NODE_ENV"] === "production";
}

function isSiteUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return protocol === "https:" || (protocol === "http:" && loopback);
}

function splitSecrets(list: string): string[] {
  return list.split(/[\s,]+/).filter((secret) => secret !== "");
}

function withoutEmpty(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => (entry[1] ?? "").trim() !== ""),
  );
}

function problemsOf(result: z.core.util.SafeParseResult<unknown>): string[] {
  return result.success ? [] : result.error.issues.map((issue) => issue.message);
}

function dynamodbMissing(variable: string, what: string): string {
  return `${variable} is not set although DYNAMODB_TABLE is: set it to ${what}, or remove DYNAMODB_TABLE to keep orders in Stripe.`;
}
