import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { App } from "../../core/app.ts";
import { createDynamodbClient } from "../../core/stores/dynamodb-client.ts";
import { dynamodbEnvironment, startLocalDynamodb } from "../../cli/dev/local-dynamodb.ts";
import { startLocalBucket } from "../support/local-bucket.ts";
import { startLocalStripe, type LocalStripe } from "./local-stripe.ts";
import { ROOT, runOwnerCommand, type Finished } from "./owner-command.ts";
import { copyOwnerProject, type OwnerProject } from "./owner-project.ts";

const KEY = "sk_test_ofTheOwner0000";

let stripe: LocalStripe;
let project: OwnerProject;
beforeEach(async () => {
  [stripe, project] = await Promise.all([startLocalStripe(), copyOwnerProject()]);
});
afterEach(async () => {
  await Promise.all([stripe.close(), project.close()]);
});

const withKey = () => ({ STRIPE_SECRET_KEY: KEY, STRIPE_API_BASE: stripe.url });

async function run(command: "build" | "check", environment: Record<string, string>): Promise<Finished> {
  const finished = await runOwnerCommand(command, [], environment, project.folder);
  expect(finished.output + finished.complaints).not.toMatch(/^\s+at .+:\d+:\d+/m);
  expect(finished.output + finished.complaints).not.toContain(KEY);
  return finished;
}

function price(id: string) {
  const found = stripe.simulated.state().prices[id];
  if (found === undefined) throw new Error(`the catalog has no ${id}`);
  return found;
}

/** Every kind of mistake, each on its line. */
const WRONG_PAGE = `<!doctype html>
<button data-price-id="price_typo">Buy</button>
<button data-price-id="no-such-key">Buy</button>
<article><data class="price" value="14.00" data-currency="EUR">€14</data>
<button data-price-id="price_ebook_tides">Buy</button></article>
<article><data class="price" value="32.00" data-currency="EUR">€35</data>
<button data-price-id="poster_a2">Buy</button></article>
<button data-price-id="price_app_license" data-price-amount="25.00">Buy</button>
<button data-price-id="price_print_deposit" data-price-amount="95.00" data-price-currency="USD">Buy</button>
<button data-price-id="price_almanac_monthly">Buy</button>
`;

const WRONG_CONFIG = `import { defineShop } from "./core/shop-definition/shop-definition.ts";

export default defineShop({
  prices: {
    gift: {},
    price_almanac_monthly: {
      checkout: { shipping: { countries: ["DE"], rates: ["shr_1"] } },
    },
  },
});
`;

const PROBLEMS = `public/index.html:2: your Stripe account has no price "price_typo" in test mode. Copy the id of the right one from https://dashboard.stripe.com/test/products.
public/index.html:3: no price of your Stripe account has the lookup key "no-such-key" in test mode. Give it to a price, or use a price id, from https://dashboard.stripe.com/test/products.
public/index.html:5: "price_ebook_tides" is archived at Stripe and cannot be bought. Use the price that replaced it, or activate it again.
public/index.html:6: people read "€35" here, but the value beside it, and what Stripe charges for "poster_a2", is €32.00. Correct the words.
public/index.html:8: the page says €25.00, but Stripe charges €29.00 for "price_app_license". Correct the page, or use another price.
public/index.html:9: the page says USD, but Stripe charges EUR for "price_print_deposit". Correct the page, or use a price in USD.
shop.config.ts:5: no price of your Stripe account has the lookup key "gift" in test mode. Give it to a price, or use a price id, from https://dashboard.stripe.com/test/products.
shop.config.ts:6: "price_almanac_monthly" is a subscription, and Stripe offers shipping rates for one-time payments only. Give it \`checkout: { shipping: { countries } }\` without rates in shop.config.ts.
`;

const BUCKET_CONFIG = `import { defineShop } from "./core/shop-definition/shop-definition.ts";

export default defineShop({
  prices: {
    price_ebook_tides: {
      deliver: [
        { kind: "text", name: "Thanks", text: "Enjoy." },
        { kind: "file", name: "Tides", file: { bucketKey: "2026/tides.zip" } },
        { kind: "file", name: "More tides", file: { bucketKey: "2026/Tides.zip" } },
      ],
    },
  },
});
`;

test("E12: check and build stop at every mistake at once, each with its file, its line and what to do", async () => {
  await project.write("public/index.html", WRONG_PAGE);
  await project.write("shop.config.ts", WRONG_CONFIG);
  price("price_ebook_tides").active = false;

  const check = await run("check", withKey());
  expect(check.exitCode).toBe(1);
  expect(check.complaints).toBe(PROBLEMS);
  const build = await run("build", withKey());
  expect(build).toEqual({ exitCode: 1, output: "", complaints: PROBLEMS });
  expect(existsSync(join(project.folder, "build"))).toBe(false);
});

test("check lists what is for sale, and says that all of it can be bought", async () => {
  await project.write(
    "shop.config.ts",
    `import { defineShop } from "./core/shop-definition/shop-definition.ts";\nexport default defineShop({ prices: { poster_a2: { maxQuantity: 10 } } });\n`,
  );
  expect(await run("check", withKey())).toEqual({
    exitCode: 0,
    output: `price_poster_a2                  €32.00
price_ebook_tides                €14.00
price_app_license                €29.00
price_almanac_monthly            €6.00 every month
price_print_deposit              €95.00
poster_a2                        €32.00

Everything can be bought, in test mode.
`,
    complaints: "",
  });
});

test("E22: check and build say that another shop without a name sells on the account, and what to do", async () => {
  await stripe.paidSession();
  const environment = { ...withKey(), SITE_URL: "https://new.example" };
  const sentence =
    "Your Stripe account has recent orders of a shop without SHOP_ID at shop.example, besides those at new.example. If shop.example is the former address of this shop, there is nothing to do";
  const check = await run("check", environment);
  expect(check).toMatchObject({ exitCode: 0, complaints: expect.stringContaining(sentence) });
  expect((await run("check", { ...environment, SHOP_ID: "tide" })).complaints).toBe("");
});

test("B27: check names an option that Stripe refuses under Managed Payments, and a product without a tax code", async () => {
  const config = (checkout: string): string =>
    `import { defineShop } from "./core/shop-definition/shop-definition.ts";\nexport default defineShop({ checkout: ${checkout} });\n`;
  await project.write("shop.config.ts", config("{ managedPayments: true, automaticTax: true }"));
  const conflict = await run("check", withKey());
  expect(conflict.exitCode).toBe(1);
  expect(conflict.complaints).toMatch(/^shop\.config\.ts: checkout: `automaticTax` cannot be used with/);
  await project.write("shop.config.ts", config("{ managedPayments: true }"));
  const untaxed = await run("check", withKey());
  expect(untaxed.exitCode).toBe(1);
  expect(untaxed.complaints).toContain('the product of "price_poster_a2" has no tax code');
});

test("check looks in the bucket for the files that are sold from it, and names those that a buyer would not get", async () => {
  const bucket = await startLocalBucket(Date.now);
  try {
    bucket.objects.set("2026/tides.zip", Buffer.from("PK"));
    await project.write("shop.config.ts", BUCKET_CONFIG);
    const { output: notAsked } = await run("check", withKey());
    expect(notAsked).toContain("FILES_BUCKET is not set here, so its files were not looked for");

    const environment = { ...withKey(), ...bucket.environment };
    const missing = await run("check", environment);
    expect(missing.exitCode).toBe(1);
    expect(missing.complaints.trim().split("\n")).toEqual([
      'shop.config.ts: prices["price_ebook_tides"].deliver[2].file: "2026/Tides.zip" is not in the bucket files-for-sale, or FILES_BUCKET_ACCESS_KEY_ID may not read it (404). Capital and small letters count.',
    ]);
    bucket.objects.set("2026/Tides.zip", Buffer.from("PK"));
    expect((await run("check", environment)).exitCode).toBe(0);

    bucket.interfere = () => new Response(null, { status: 503 });
    const busy = await run("check", environment);
    expect(busy.exitCode).toBe(1);
    expect(busy.complaints).toContain(
      "could not be looked for in the bucket files-for-sale: The bucket answered 503.",
    );
    const wrong = await run("check", { ...environment, FILES_BUCKET_REGION: "" });
    expect(wrong.complaints).toMatch(/^FILES_BUCKET_REGION is not set although FILES_BUCKET is/);
  } finally {
    await bucket.close();
  }
});

test("E12: check looks up the table that DYNAMODB_TABLE names, and says what is wrong with it", async () => {
  const local = await startLocalDynamodb(undefined);
  const client = createDynamodbClient(local.config);
  try {
    await client.send(
      new CreateTableCommand({
        TableName: "made-by-hand",
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      }),
    );
    const environment = { ...withKey(), ...dynamodbEnvironment(local.config) };
    const good = await run("check", environment);
    expect(good.complaints).toBe("");
    expect(good.exitCode).toBe(0);

    const complaintsOf = async (changes: Record<string, string>): Promise<string> => {
      const { exitCode, complaints } = await run("check", { ...environment, ...changes });
      expect(exitCode).toBe(1);
      return complaints.trim();
    };
    expect(await complaintsOf({ DYNAMODB_TABLE: "no-such-table" })).toBe(
      'There is no table no-such-table in the region local: check DYNAMODB_TABLE and DYNAMODB_REGION, or make it with "npm run create-table".',
    );
    expect(await complaintsOf({ DYNAMODB_TABLE: "made-by-hand" })).toBe(
      'The table made-by-hand in local lacks the index open-orders, so "npm run create-table" did not make it: choose another DYNAMODB_TABLE and make it with that command.',
    );
    expect(await complaintsOf({ DYNAMODB_ENDPOINT: "http://127.0.0.1:9" })).toMatch(
      /^The table static-checkout in local could not be checked: .+ Is there a DynamoDB at http:\/\/127\.0\.0\.1:9\? For Amazon's own leave DYNAMODB_ENDPOINT empty\.$/,
    );
    expect(await complaintsOf({ DYNAMODB_REGION: "" })).toMatch(
      /^DYNAMODB_REGION is not set although DYNAMODB_TABLE is/,
    );
  } finally {
    client.destroy();
    await local.close();
  }
});

test("D38: check without a key, and with an argument, says what it needs", async () => {
  const without = await run("check", {});
  expect(without).toEqual({
    exitCode: 1,
    output:
      "Everything that could be checked is in order: shop.config.ts, the files for sale, and what your pages load.\n",
    complaints:
      "STRIPE_SECRET_KEY is not set, so Stripe cannot be asked: put a key (sk_test_… or sk_live_…) into .env. Not checked: whether your prices are there and for sale, and whether the pages say what will be charged.\n",
  });
  const { exitCode, complaints } = await runOwnerCommand("check", ["--fast"], {}, project.folder);
  expect(exitCode).toBe(1);
  expect(complaints).toContain("npm run check");
});

/** A mistake in a page, in a price, in a file for sale and in a variable. */
async function breakEverything(): Promise<void> {
  await project.write(
    "public/index.html",
    `<link rel="stylesheet" href="/gone.css">
<h1 style="margin: 0">Posters</h1>
<button data-price-id="{{ price }}">Buy</button>
<button data-price-id="price_typo">Buy</button>
<button data-price-id="prod_Nx3k2PosterA2">Buy</button>
<script src="/js/stripe-checkout.js" defer></script>`,
  );
  await project.write(
    "shop.config.ts",
    `export default { prices: {
  poster_a2: { deliver: [{ kind: "file", name: "Tides", file: "private/gone.pdf" }] },
  price_app_license: { deliver: [{ kind: "license", product: "ebb" }] },
} };`,
  );
  await project.write(
    "vercel.json",
    '{"headers":[{"source":"/(.*)","headers":[{"key":"Content-Security-Policy","value":"script-src \'self\'; style-src \'self\'; connect-src \'none\'"}]}]}',
  );
}

const MISSING = /^public\/index\.html:1: loads \/gone\.css/;
const REFUSED = /^public\/index\.html:2: browsers refuse this style/;
const WRONG_NAME = /^public\/index\.html:3: "\{\{ price \}\}" is not a price/;
const UNKNOWN = /^public\/index\.html:4: your Stripe account has no price "price_typo"/;
const PRODUCT = /^public\/index\.html:5: "prod_Nx3k2PosterA2" is a product's id/;
const SHOPS_OWN = /^public\/index\.html:6: browsers refuse the shop's request/;
const ORDER_PAGE = /^success\.html:\d+: browsers refuse the shop's request to \/api\/order-status/;
const WRONG_FILE = /^shop\.config\.ts: prices\["poster_a2"\].*private\/gone\.pdf/;
const LICENSE = /^LICENSE_PRIVATE_KEY is not set/;
const NO_REWRITES = /^vercel\.json: rules for addresses of the shop are missing\. Add to "rewrites": /;
const TABLE = /^DYNAMODB_\w+ is not set/;

function expectLines(complaints: string, expected: readonly RegExp[]): void {
  const lines = complaints.split("\n").filter((line) => line !== "");
  for (const pattern of expected)
    expect(lines.filter((line) => pattern.test(line)).length).toBeGreaterThan(0);
  for (const line of lines)
    expect(
      expected.some((pattern) => pattern.test(line)),
      line,
    ).toBe(true);
}

test("D38: without a key, check examines all that needs none, and names every mistake at once", async () => {
  await breakEverything();
  const { exitCode, complaints, output } = await run("check", { DYNAMODB_TABLE: "orders" });
  expect(exitCode).toBe(1);
  expect(output).toMatch(/^SMTP_URL is not set here\. [^\n]*\n$/);
  const noKey = /^STRIPE_SECRET_KEY is not set, so Stripe cannot be asked/;
  const noLicenseKey = /^Not checked: LICENSE_PRIVATE_KEY/;
  expectLines(complaints, [
    MISSING,
    REFUSED,
    WRONG_NAME,
    WRONG_FILE,
    SHOPS_OWN,
    ORDER_PAGE,
    NO_REWRITES,
    TABLE,
    noKey,
    noLicenseKey,
  ]);
});

test("D38: with a key, check and build name all mistakes at once, including the missing license key", async () => {
  await breakEverything();
  const all = [
    MISSING,
    REFUSED,
    WRONG_NAME,
    UNKNOWN,
    PRODUCT,
    SHOPS_OWN,
    ORDER_PAGE,
    NO_REWRITES,
    WRONG_FILE,
    LICENSE,
  ];
  const build = await run("build", withKey());
  expect(build.exitCode).toBe(1);
  expectLines(build.complaints, all);
  expect(existsSync(join(project.folder, "build"))).toBe(false);
  expectLines((await run("check", withKey())).complaints, all);
});

test("D38: a refused key does not hide the rest", async () => {
  await breakEverything();
  stripe.simulated.faults.beforeApi = () =>
    Response.json({ error: { type: "invalid_request_error", message: "Invalid API Key" } }, { status: 401 });
  for (const command of ["build", "check"] as const) {
    const { complaints } = await run(command, withKey());
    expect(complaints).toMatch(/^Stripe refuses STRIPE_SECRET_KEY/m);
    for (const pattern of [WRONG_NAME, WRONG_FILE, LICENSE])
      expect(complaints).toMatch(new RegExp(pattern.source, "m"));
  }
});

test("D36: build and check name what browsers will refuse, and go on", async () => {
  await project.write("vercel.json", await readFile(join(ROOT, "vercel.json"), "utf8"));
  await project.write(
    "public/index.html",
    '<script>window.dataLayer = []</script>\n<button data-price-id="poster_a2">Buy</button>',
  );
  const warning =
    'public/index.html:1: browsers refuse this inline <script> because of the Content-Security-Policy in vercel.json. Move it into a file of its own in public/, and load that with <script src="…" defer>.\n';
  expect(await run("build", withKey())).toMatchObject({ exitCode: 0, complaints: warning });
  expect(await run("check", withKey())).toMatchObject({ exitCode: 0, complaints: warning });
  expect((await run("build", { NETLIFY: "true" })).complaints).toBe("");
});

test("D33: check learns of a payment page under the owner's domain from an open checkout", async () => {
  await project.write("vercel.json", await readFile(join(ROOT, "vercel.json"), "utf8"));
  stripe.simulated.faults.beforeApi = ({ url }) => {
    const { pathname, searchParams } = new URL(url);
    if (pathname !== "/v1/checkout/sessions" || searchParams.get("status") !== "open") return undefined;
    const session = {
      id: "cs_test_1",
      object: "checkout.session",
      url: "https://pay.shop.example/c/pay/cs_test_1",
    };
    return Response.json({ object: "list", data: [session], has_more: false, url: pathname });
  };
  const { exitCode, complaints } = await run("check", withKey());
  expect(exitCode).toBe(1);
  expect(complaints).toMatch(
    /^public\/index\.html:\d+: browsers refuse to send the form that buys to https:\/\/pay\.shop\.example\/\. Please add https:\/\/pay\.shop\.example to form-action/m,
  );
});

test("check --help says what it does and how to call it", async () => {
  const { exitCode, output, complaints } = await runOwnerCommand("check", ["--help"], {}, project.folder);
  expect(exitCode).toBe(0);
  expect(output).toContain("npm run check");
  expect(complaints).toBe("");
});

test("without a key the build trusts the files, and says so", async () => {
  const { exitCode, output } = await run("build", {});
  expect(exitCode).toBe(0);
  expect(output).toBe(
    "STRIPE_SECRET_KEY is not set here, so the prices were not compared with Stripe.\nBuilt dist/ (the site) and build/ (the functions' bundle, which sells the prices of 5 ids and lookup keys).\n",
  );
});

test("A26: an outage at Stripe stops the check, but not the build", async () => {
  const outage = { ...withKey(), STRIPE_API_BASE: "http://127.0.0.1:9" };
  const build = await run("build", outage);
  expect(build.exitCode).toBe(0);
  expect(build.complaints).toMatch(/^Stripe cannot be asked right now, so the prices were not compared/);
  const check = await run("check", outage);
  expect(check.exitCode).toBe(1);
  expect(check.complaints).toMatch(/^Stripe cannot be asked right now/);
});

test("a key of the wrong kind stops the build with the variable's name", async () => {
  const { exitCode, complaints } = await run("build", {
    ...withKey(),
    STRIPE_SECRET_KEY: "pk_test_published",
  });
  expect(exitCode).toBe(1);
  expect(complaints).toMatch(/^STRIPE_SECRET_KEY holds a publishable key/);
});

test("a price of the other mode stops the build of the site, and is a warning for a preview", async () => {
  stripe.simulated.faults.beforeApi = ({ url }) =>
    new URL(url).pathname === "/v1/prices/price_print_deposit"
      ? Response.json(
          {
            error: {
              type: "invalid_request_error",
              code: "resource_missing",
              param: "price",
              message:
                "No such price: 'price_print_deposit'; a similar object exists in live mode, but a test mode key was used to make this request.",
            },
          },
          { status: 404 },
        )
      : undefined;
  const site = await run("build", withKey());
  expect(site.exitCode).toBe(1);
  expect(site.complaints).toMatch(
    /^public\/index\.html:\d+: "price_print_deposit" is a price of live mode, and STRIPE_SECRET_KEY is a test key\. .*lookup key/,
  );
  const preview = await run("build", { ...withKey(), VERCEL_ENV: "preview" });
  expect(preview.exitCode).toBe(0);
  expect(preview.complaints).toMatch(
    /^Not for sale in this preview: public\/index\.html:\d+: "price_print_deposit"/,
  );
});

test.for([
  [
    "export default { nmae: 'x', prices: { a: { maxQuantity: 0 } } };",
    "shop.config.ts: prices.a.maxQuantity must be a whole number from 1 to 999.\nshop.config.ts: nmae is not known here. Is it misspelled?\n",
  ],
  ["export const shop = {};", "shop.config.ts: The default export must be an object in curly braces.\n"],
] as const)("a shop.config.ts that is wrong stops the build: %s", async ([text, complaints]) => {
  await project.write("shop.config.ts", text);
  expect(await run("build", {})).toEqual({ exitCode: 1, output: "", complaints });
});

test("a name that cannot be a price stops the build even without a key", async () => {
  await project.write("public/shop/a2.html", '\n<button data-price-id="{{ price }}">Buy</button>');
  const { exitCode, complaints } = await run("build", {});
  expect(exitCode).toBe(1);
  expect(complaints).toMatch(/^public\/shop\/a2\.html:2: "\{\{ price \}\}" is not a price: /);
});

test("build and check name the styles, pictures and icons that are gone with the demo's folder, and go on", async () => {
  await project.remove("public");
  await project.write("public/index.html", '<button data-price-id="poster_a2">Buy</button>');
  const warnings = `success.html:10: loads /favicon.svg (1 more place too), and public/favicon.svg is not there. Put the file there, or take it out of the page.
success.html:11: loads /styles.css (1 more place too), and public/styles.css is not there. Put the file there, or take it out of the page.
success.html:18: loads /images/low-tide.svg (1 more place too), and public/images/low-tide.svg is not there. Put the file there, or take it out of the page.
`;
  expect(await run("build", withKey())).toMatchObject({ exitCode: 0, complaints: warnings });
  expect(await run("check", withKey())).toMatchObject({ exitCode: 0, complaints: warnings });
});

test("pages of another generator are published and sold from its folder; the build says so until the generator has run", async () => {
  await project.write("shop.config.ts", 'export default { pages: "_site" };');
  const early = await run("build", {});
  expect(early.exitCode).toBe(1);
  expect(early.complaints).toMatch(/^There is no folder _site\/ with your pages\./);
  await project.write("_site/posters/index.html", '<button data-price-id="poster_a2">Buy</button>');
  const { output } = await run("build", withKey());
  expect(output).toContain("which sells 1 price)");
  expect(existsSync(join(project.folder, "dist/posters/index.html"))).toBe(true);
  expect(existsSync(join(project.folder, "dist/index.html"))).toBe(false);
});

test("a bundle built with a key opens a checkout with one call to Stripe, and sells nothing else", async () => {
  await project.write("public/index.html", '<button data-price-id="poster_a2">Buy</button>');
  expect((await run("build", withKey())).exitCode).toBe(0);
  const environment = {
    ...withKey(),
    STRIPE_WEBHOOK_SECRET: "whsec_00000000",
    SITE_URL: "https://shop.example",
  };
  const before = stripe.simulated.calls().length;
  const silent = vi.spyOn(console, "log").mockImplementation(() => undefined);
  Object.assign(process.env, environment);
  try {
    const bundle = (await import(pathToFileURL(join(project.folder, "build/app.mjs")).href)) as App;
    const buy = (price_id: string) =>
      bundle.createCheckoutSession(
        new Request("https://shop.example/api/create-checkout-session", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ price_id }),
        }),
      );
    expect((await buy("price_ebook_tides")).status).toBe(400);
    expect((await buy("poster_a2")).status).toBe(200);
  } finally {
    silent.mockRestore();
    for (const name of Object.keys(environment)) delete process.env[name];
  }
  expect(
    stripe.simulated
      .calls()
      .slice(before)
      .map(({ method, path }) => `${method} ${path}`),
  ).toEqual(["POST /v1/checkout/sessions"]);
});
