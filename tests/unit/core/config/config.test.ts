import { expect, test } from "vitest";

import { ConfigError } from "../../../../core/config/config-error.ts";
import { checkSiteUrl, parseConfig } from "../../../../core/config/config.ts";
import type { Environment } from "../../../../core/config/environment.ts";

const GOOD: Environment = {
  STRIPE_SECRET_KEY: "sk_test_51abc",
  STRIPE_WEBHOOK_SECRET: "whsec_abcdefgh",
  SITE_URL: "https://shop.example/",
};

function problemsOf(environment: Environment): readonly string[] {
  try {
    parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test("two keys and an address are enough to sell", () => {
  expect(parseConfig(GOOD)).toEqual({
    stripe: {
      secretKey: "sk_test_51abc",
      webhookSecrets: ["whsec_abcdefgh"],
      livemode: false,
      apiBase: undefined,
    },
    signingSecrets: ["sk_test_51abc"],
    siteUrl: "https://shop.example",
    shopId: "1",
    origins: { allowed: ["https://shop.example", "https://www.shop.example"], anyLoopback: true },
    addressHeader: undefined,
    checkoutsPerMinute: { address: 5, total: 100 },
    checkoutMinutes: 30,
    cronSecret: undefined,
    isPreview: false,
    isScheduled: false,
    lacksCronSecret: false,
    dynamodb: undefined,
    bucket: undefined,
    mail: undefined,
    mailDelivery: "at-least-once",
    licenseKeys: [],
  });
});

test("C03: an empty environment gets the name of every missing variable, and where to get it", () => {
  const problems = problemsOf({});
  expect(problems).toHaveLength(3);
  expect(problems[0]).toMatch(/^STRIPE_SECRET_KEY is not set: .*dashboard\.stripe\.com\/apikeys/);
  expect(problems[1]).toMatch(/^STRIPE_WEBHOOK_SECRET is not set: .*dashboard\.stripe\.com\/webhooks/);
  expect(problems[2]).toMatch(/^SITE_URL is not set/);
});

test.for([
  ["STRIPE_SECRET_KEY", ""],
  ["STRIPE_SECRET_KEY", "pk_test_51abc"],
  ["STRIPE_SECRET_KEY", "sk_test_"],
  ["STRIPE_SECRET_KEY", "sk_test_51abc\n"],
  ["STRIPE_SECRET_KEY", "whsec_abcdefgh"],
  ["STRIPE_WEBHOOK_SECRET", " "],
  ["STRIPE_WEBHOOK_SECRET", "whsec_"],
  ["STRIPE_WEBHOOK_SECRET", "sk_test_51abc"],
  ["STRIPE_WEBHOOK_SECRET", "whsec_abcdefgh, we_123"],
  ["STRIPE_SECRET_KEY", " sk_test_51abc"],
  ["STRIPE_SECRET_KEY", "sk_test_51abc sk_live_51abc"],
  ["STRIPE_SECRET_KEY", '"sk_test_51abc"'],
  ["STRIPE_SECRET_KEY", "sk_prod_51abc"],
  ["STRIPE_WEBHOOK_SECRET", ","],
  ["STRIPE_WEBHOOK_SECRET", "whsec_abcdefgh,rk_live_51abc"],
  ["SIGNING_SECRET", ","],
  ["SIGNING_SECRET", "tooshort"],
  ["SIGNING_SECRET", `${"a".repeat(32)},short`],
  ["SIGNING_SECRET", "sk_live_51abcabcabcabcabcabcabcabcabcabc"],
  ["SITE_URL", "shop.example"],
  ["SITE_URL", "http://shop.example"],
  ["SITE_URL", "javascript:alert(1)"],
  ["SITE_URL", "https://shop.example/?a=b"],
  ["SITE_URL", "https://user@shop.example/"],
  ["STRIPE_API_BASE", "localhost"],
  ["CRON_SECRET", "15-characters-x"],
  ["CRON_SECRET", "longer, but with blanks in it"],
] as const)("C03 E02: %s=%j is refused by a sentence that names it", ([variable, value]) => {
  const problems = problemsOf({ ...GOOD, [variable]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(variable);
});

test.for([
  ["STRIPE_SECRET_KEY", "sk_test_51abc\n", /a blank or a line break/],
  ["STRIPE_SECRET_KEY", "whsec_abcdefgh", /webhook's signing secret .* belongs in STRIPE_WEBHOOK_SECRET/],
  ["STRIPE_SECRET_KEY", "pk_live_51abc", /publishable key/],
  ["STRIPE_WEBHOOK_SECRET", "sk_test_51abc", /holds an API key/],
  ["SIGNING_SECRET", "whsec_0123456789012345678901234567", /one of Stripe's secrets/],
] as const)("C03: %s=%j is refused by a sentence that says what it is", ([variable, value, sentence]) => {
  expect(problemsOf({ ...GOOD, [variable]: value })).toEqual([expect.stringMatching(sentence)]);
});

test("C03: a problem never repeats the secret it complains about", () => {
  const environment = {
    STRIPE_SECRET_KEY: "sk_test_CANARY one",
    STRIPE_WEBHOOK_SECRET: "CANARY",
    SIGNING_SECRET: "CANARY",
    CRON_SECRET: "CANARY",
    DYNAMODB_TABLE: "CANARY?",
    DYNAMODB_REGION: "eu-central-1",
    DYNAMODB_ACCESS_KEY_ID: "CANARY",
    SITE_URL: "http://CANARY.example",
  };
  expect(problemsOf(environment)).toHaveLength(7);
  expect(problemsOf(environment).join()).not.toContain("CANARY");
});

test("C08: several webhook secrets are separated by commas or spaces", () => {
  const config = parseConfig({ ...GOOD, STRIPE_WEBHOOK_SECRET: " whsec_abcdefgh, whsec_12345678\n" });
  expect(config.stripe.webhookSecrets).toEqual(["whsec_abcdefgh", "whsec_12345678"]);
});

test("a live key, restricted or not, switches to live mode", () => {
  expect(parseConfig({ ...GOOD, STRIPE_SECRET_KEY: "rk_live_51abc" }).stripe.livemode).toBe(true);
  expect(parseConfig({ ...GOOD, STRIPE_SECRET_KEY: "sk_live_51abc" }).stripe.livemode).toBe(true);
  expect(parseConfig({ ...GOOD, STRIPE_SECRET_KEY: "rk_test_51abc" }).stripe.livemode).toBe(false);
});

test.for<[Environment, string]>([
  [
    { VERCEL_ENV: "production", VERCEL_PROJECT_PRODUCTION_URL: "shop.example", VERCEL_URL: "x-1.vercel.app" },
    "https://shop.example",
  ],
  [
    { VERCEL_ENV: "preview", VERCEL_PROJECT_PRODUCTION_URL: "shop.example", VERCEL_URL: "x-1.vercel.app" },
    "https://x-1.vercel.app",
  ],
  [
    { VERCEL_ENV: "preview", VERCEL_BRANCH_URL: "x-git-a.vercel.app", VERCEL_URL: "x-1.vercel.app" },
    "https://x-git-a.vercel.app",
  ],
  [{ VERCEL_ENV: "development", VERCEL_URL: "localhost:3000" }, "http://localhost:3000"],
  [{ URL: "https://shop.netlify.app" }, "https://shop.netlify.app"],
  [
    {
      URL: "https://shop.example",
      CONTEXT: "production",
      DEPLOY_PRIME_URL: "https://main--shop.netlify.app",
    },
    "https://shop.example",
  ],
  [
    {
      URL: "https://shop.example",
      CONTEXT: "deploy-preview",
      DEPLOY_PRIME_URL: "https://deploy-preview-7--shop.netlify.app",
    },
    "https://deploy-preview-7--shop.netlify.app",
  ],
])("without SITE_URL the address comes from the host's own variables: %j", ([host, siteUrl]) => {
  expect(parseConfig({ ...GOOD, SITE_URL: "", ...host }).siteUrl).toBe(siteUrl);
});

test("E13: a stand-in for Stripe is refused on a deployed site and beside a live key", () => {
  const base = { ...GOOD, STRIPE_API_BASE: "http://127.0.0.1:12111" };
  expect(parseConfig(base).stripe.apiBase?.port).toBe("12111");
  expect(parseConfig({ ...base, VERCEL: "1", VERCEL_ENV: "development" }).stripe.apiBase?.port).toBe("12111");
  expect(
    parseConfig({ ...base, AWS_LAMBDA_FUNCTION_NAME: "f", NETLIFY_DEV: "true" }).stripe.apiBase?.port,
  ).toBe("12111");
  for (const deployed of [
    { VERCEL: "1", VERCEL_ENV: "production" },
    { VERCEL: "1", VERCEL_ENV: "preview" },
    { NETLIFY: "true" },
    { AWS_LAMBDA_FUNCTION_NAME: "f" },
    { NODE_ENV: "production" },
    { STRIPE_SECRET_KEY: "sk_live_51abc" },
  ]) {
    expect(problemsOf({ ...base, ...deployed }), JSON.stringify(deployed)).toEqual([
      expect.stringContaining("STRIPE_API_BASE"),
    ]);
  }
});

const LIVE = { ...GOOD, STRIPE_SECRET_KEY: "rk_live_51abc" };

test.for<Environment>([
  { VERCEL: "1", VERCEL_ENV: "preview", VERCEL_URL: "x-1.vercel.app" },
  { NETLIFY: "true", CONTEXT: "deploy-preview" },
  { NETLIFY: "true", CONTEXT: "branch-deploy" },
  { AWS_LAMBDA_FUNCTION_NAME: "f", CONTEXT: "preview-server" },
])("E14: a live key is refused on a preview deployment, a test key is not: %j", (host) => {
  expect(problemsOf({ ...LIVE, ...host })).toEqual([
    expect.stringMatching(/^STRIPE_SECRET_KEY is a live key on a preview deployment: .*test key/),
  ]);
  expect(problemsOf({ ...GOOD, ...host })).toEqual([]);
});

test.for<Environment>([
  { VERCEL: "1", VERCEL_ENV: "production" },
  { NETLIFY: "true", CONTEXT: "production" },
  { AWS_LAMBDA_FUNCTION_NAME: "f" },
  {},
])("E14: a live key sells in production, and the owner's commands accept it anywhere: %j", (host) => {
  expect(parseConfig({ ...LIVE, ...host }).stripe.livemode).toBe(true);
  expect(parseConfig({ ...GOOD, ...host }).stripe.livemode).toBe(false);
});

test.for<Environment>([{ VERCEL_ENV: "development" }, { NETLIFY_DEV: "true" }])(
  "E14: a host's development server refuses a live key: %j",
  (host) => {
    expect(problemsOf({ ...LIVE, ...host })).toEqual([
      expect.stringMatching(/^STRIPE_SECRET_KEY is a live key on a development server/),
    ]);
  },
);

test("an address that is not https is refused on a deployed site, and accepted on a developer's machine", () => {
  const local = { ...GOOD, SITE_URL: "http://localhost:3000" };
  expect(problemsOf(local)).toEqual([]);
  expect(problemsOf({ ...local, VERCEL: "1", VERCEL_ENV: "development" })).toEqual([]);
  for (const deployed of [{ VERCEL: "1", VERCEL_ENV: "production" }, { AWS_LAMBDA_FUNCTION_NAME: "f" }]) {
    expect(problemsOf({ ...local, ...deployed })).toEqual([
      expect.stringMatching(/^SITE_URL is not https on a deployed site/),
    ]);
  }
});

test("several signing secrets are separated by commas; the first one signs", () => {
  const [one, two] = ["1".repeat(32), "2".repeat(64)];
  expect(parseConfig({ ...GOOD, SIGNING_SECRET: `${one}, ${two}` }).signingSecrets).toEqual([one, two]);
});

test("DynamoDB needs all its variables once its table is named", () => {
  const problems = problemsOf({ ...GOOD, DYNAMODB_TABLE: "orders" });
  expect(problems).toHaveLength(3);
  for (const problem of problems)
    expect(problem).toMatch(/^DYNAMODB_\w+ is not set although DYNAMODB_TABLE is/);

  const variables = {
    DYNAMODB_TABLE: "orders",
    DYNAMODB_REGION: "eu-central-1",
    DYNAMODB_ACCESS_KEY_ID: "a",
    DYNAMODB_SECRET_ACCESS_KEY: "b",
  };
  expect(parseConfig({ ...GOOD, ...variables, DYNAMODB_ENDPOINT: "" }).dynamodb).toEqual({
    table: "orders",
    region: "eu-central-1",
    accessKeyId: "a",
    secretAccessKey: "b",
    endpoint: undefined,
  });
});

test.for(["DYNAMODB_ACCESS_KEY_ID", "DYNAMODB_SECRET_ACCESS_KEY"])(
  "C03: a space or a line break in %s is reported, because it cannot be seen",
  (variable) => {
    const variables = {
      DYNAMODB_TABLE: "orders",
      DYNAMODB_REGION: "eu-central-1",
      DYNAMODB_ACCESS_KEY_ID: "CANARY",
      DYNAMODB_SECRET_ACCESS_KEY: "CANARY",
    };
    for (const value of ["CANARY\n", " CANARY", "CAN ARY"]) {
      expect(problemsOf({ ...GOOD, ...variables, [variable]: value })).toEqual([
        `${variable} has a blank or a line break in it, perhaps at its very end: paste it again without it.`,
      ]);
    }
  },
);

test("a table's other variables without the table are refused, not ignored", () => {
  const problems = problemsOf({ ...GOOD, DYNAMODB_TABEL: "orders", DYNAMODB_REGION: "eu-central-1" });
  expect(problems).toEqual([expect.stringMatching(/^DYNAMODB_TABLE is not set although DYNAMODB_REGION is/)]);
});

test("D08: the shop's own pages, those that are named, and those that the host reports may sell", () => {
  const originsOf = (environment: Environment) => parseConfig({ ...GOOD, ...environment }).origins;
  expect(
    originsOf({ ALLOWED_ORIGINS: "https://www.shop.example, https://blog.example:8443/" }).allowed,
  ).toEqual(["https://shop.example", "https://www.shop.example", "https://blog.example:8443"]);
  const vercel = {
    VERCEL: "1",
    VERCEL_ENV: "preview",
    VERCEL_URL: "shop-1a2b3c.vercel.app",
    VERCEL_BRANCH_URL: "shop-git-new.vercel.app",
    VERCEL_PROJECT_PRODUCTION_URL: "shop.example",
  };
  expect(originsOf(vercel)).toEqual({
    allowed: [
      "https://shop.example",
      "https://www.shop.example",
      "https://shop-git-new.vercel.app",
      "https://shop-1a2b3c.vercel.app",
    ],
    anyLoopback: false,
  });
  expect(originsOf({ NETLIFY: "true", URL: "https://shop.netlify.app" })).toEqual({
    allowed: ["https://shop.example", "https://www.shop.example", "https://shop.netlify.app"],
    anyLoopback: false,
  });
  expect(originsOf({ SITE_URL: "https://www.example.com:8443/" }).allowed).toEqual([
    "https://www.example.com:8443",
    "https://example.com:8443",
  ]);
  for (const SITE_URL of ["http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000"])
    expect(originsOf({ SITE_URL }).allowed).toEqual([SITE_URL]);
});

test.for(["https://www.example.com/shop", "https://example.com/my/shop/"])(
  "I13: a shop cannot live in a subfolder: %s is refused with a sentence that says what to do",
  (address) => {
    const sentence =
      "SITE_URL has a path, and a shop cannot live in a subfolder of another site: give it a name of its own, such as https://shop.example, and set that.";
    expect(problemsOf({ ...GOOD, SITE_URL: address })).toEqual([sentence]);
    expect(() => checkSiteUrl({ SITE_URL: address })).toThrow(sentence);
    expect(() => checkSiteUrl({})).not.toThrow();
  },
);

test("pages of any local server may sell on a developer's machine, and none on a deployed site", () => {
  const isOpen = (environment: Environment) => parseConfig({ ...GOOD, ...environment }).origins.anyLoopback;
  expect(isOpen({})).toBe(true);
  expect(isOpen({ VERCEL: "1", VERCEL_ENV: "development" })).toBe(true);
  expect(isOpen({ NETLIFY: "true", NETLIFY_DEV: "true" })).toBe(true);
  expect(isOpen({ VERCEL: "1", VERCEL_ENV: "production" })).toBe(false);
  expect(isOpen({ AWS_LAMBDA_FUNCTION_NAME: "shop" })).toBe(false);
});

test.for([
  "*",
  "https://*.example",
  "shop.example",
  "http://shop.example",
  "https://shop.example/path",
  "null",
])("D10: ALLOWED_ORIGINS refuses %s", (text) => {
  expect(problemsOf({ ...GOOD, ALLOWED_ORIGINS: `https://blog.example ${text}` })).toEqual([
    expect.stringMatching(/^ALLOWED_ORIGINS is not a list of addresses/),
  ]);
});

test("D12: the caller's address is read from a header only on Vercel", () => {
  expect(parseConfig({ ...GOOD, VERCEL: "1" }).addressHeader).toBe("x-real-ip");
  expect(parseConfig({ ...GOOD, NETLIFY: "true" }).addressHeader).toBeUndefined();
});

test.for([
  ["CHECKOUTS_PER_MINUTE", ["0", "-1", "1.5", "5 ", "many", "100001", "1e3"]],
  ["CHECKOUTS_PER_MINUTE_TOTAL", ["0", "off", "0x10"]],
  ["CHECKOUT_MINUTES", ["29", "1441", "0", "30m"]],
] as const)("D11: %s must be a whole number within its bounds", ([variable, wrong]) => {
  for (const value of wrong) {
    expect(problemsOf({ ...GOOD, [variable]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${variable} is not a whole number from`)),
    ]);
  }
});

test("limits that are set replace the defaults", () => {
  const environment = {
    CHECKOUTS_PER_MINUTE: "30",
    CHECKOUTS_PER_MINUTE_TOTAL: "600",
    CHECKOUT_MINUTES: "60",
  };
  const config = parseConfig({ ...GOOD, ...environment });
  expect(config.checkoutsPerMinute).toEqual({ address: 30, total: 600 });
  expect(config.checkoutMinutes).toBe(60);
});
