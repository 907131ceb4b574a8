import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { buildEnvironment, findSecrets } from "../../../cli/build/find-secrets.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "static-checkout-secrets-"));
  await mkdir(join(root, "dist/js"), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

async function find(content: string | Uint8Array, environment: Record<string, string> = {}) {
  await writeFile(join(root, "dist/js/shop.js"), content);
  return findSecrets(root, [join(root, "dist")], environment);
}

// Assembled here, so that no scanner reports this file as a leak.
const LOOKING_LIKE_KEYS: [string, RegExp][] = [
  [["sk", "live", "51H8a7bC9dE0fG1hI2jK"].join("_"), /Stripe secret key/],
  [["rk", "test", "51H8a7bC9dE0fG1hI2jK"].join("_"), /Stripe secret key/],
  [["whsec", "9aB8cD7eF6gH5iJ4kL3mN2"].join("_"), /signing secret/],
  [["re", "A1b2C3d4", "E5f6G7h8I9j0K1l2M3n4"].join("_"), /Resend/],
  [["AKIA", "IOSFODNN7EXAMPLE"].join(""), /AWS/],
  [`ghp_${"a1".repeat(18)}`, /GitHub/],
  [["-----BEGIN RSA", "PRIVATE KEY-----"].join(" "), /private key/],
];

test.for(LOOKING_LIKE_KEYS)("C14: %s is found, with its file and line", async ([key, what]) => {
  const found = await find(`const a = 1;\nconst b = "${key}";\n`);
  expect(found).toEqual([
    { file: join("dist", "js", "shop.js"), line: 2, what: expect.stringMatching(what) as string },
  ]);
  expect(JSON.stringify(found)).not.toContain(key);
});

test("C14: publishable keys, placeholders, ids and patterns in code are not secrets", async () => {
  const harmless = [
    ["pk", "live", "51H8a7bC9dE0fG1hI2jK3lM4nO5"].join("_"),
    "sk_test_xxxxxxxxxxxxxxxxxxxxxxxx",
    "sk_live_…",
    "price_1A2B3C4D5E6F7G8H9I0J",
    "/^(?:sk|rk)_(?:test|live)_[A-Za-z0-9_]+$/",
    "/^whsec_[A-Za-z0-9+/=_-]{8,}$/",
    "re_render_the_list_of_things_again_2",
    "cs_test_a1b2c3d4e5f6g7h8i9j0",
  ];
  expect(await find(harmless.join("\n"))).toEqual([]);
});

test.for<[string, string, string]>([
  ["STRIPE_WEBHOOK_SECRET", "first-secret-value,second-secret-value", "second-secret-value"],
  ["DYNAMODB_SECRET_ACCESS_KEY", "wJalrXUtnFEMIK7MDENG", "wJalrXUtnFEMIK7MDENG"],
  ["SMTP_URL", "smtps://shop:correct%20horse%20battery@mail.example", "correct horse battery"],
  ["DATABASE_URL", "postgres://shop:100%secret-1@db.example/orders", "100%secret-1"],
  ["SMTP_URL", "smtps://shop:gr%C3%BC%C3%9Fe-an-alle@mail.example", "grüße-an-alle"],
  ["MY_SHIPPING_API_KEY", "anything-the-owner-uses", "anything-the-owner-uses"],
])("C14: a value of %s is found, however it is encoded", async ([name, value, leaked]) => {
  expect(await find(`\n\n<p>${leaked}</p>`, { [name]: value })).toEqual([
    { file: join("dist", "js", "shop.js"), line: 3, what: `the value of ${name}` },
  ]);
});

test("C14: values of other variables, and secrets too short to be told from words, are not leaks", async () => {
  expect(
    await find("https://shop.example local", { SITE_URL: "https://shop.example", API_KEY: "local" }),
  ).toEqual([]);
});

test("C14: a secret is found inside a binary file", async () => {
  const image = Buffer.concat([
    Buffer.from([0xff, 0xd8, 0, 1, 0xfe]),
    Buffer.from("wJalrXUtnFEMIK7MDENG"),
    Buffer.alloc(9),
  ]);
  expect(await find(image, { SOME_TOKEN: "wJalrXUtnFEMIK7MDENG" })).toHaveLength(1);
});

test("C14: variables in the project's .env files count, the shell overrides them, and the example file is ignored", async () => {
  await writeFile(join(root, ".env"), "A_SECRET=from-dot-env\nB_SECRET=from-dot-env\n");
  await writeFile(join(root, ".env.local"), "C_SECRET=from-local\n");
  await writeFile(join(root, ".env.example"), "D_SECRET=example\n");
  expect(await buildEnvironment(root, { B_SECRET: "from-shell" })).toEqual({
    A_SECRET: "from-dot-env",
    B_SECRET: "from-shell",
    C_SECRET: "from-local",
  });
});
