import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { build } from "esbuild";
import { afterAll, test, vi } from "vitest";

import type { App } from "../../core/app.ts";
import { readMail } from "../../core/config/mail.ts";
import type * as SmtpMailer from "../../core/mail/smtp-mailer.ts";
import { buildFunctions } from "../../cli/build/functions.ts";
import { buildSite } from "../../cli/build/site.ts";
import { startMailServer, type ReceivedMail } from "../../cli/dev/inbox/mail-server.ts";
import { createSiteHandler } from "../../cli/dev/site-server.ts";
import { makeDeployableCopy, ROOT } from "./deployable-copy.ts";
import { NETLIFY_REDIRECTS, SHARED_PATHS, vercelRewrite } from "../../cli/site/function-rules.ts";
import { ROUTES } from "../../core/routes/table.ts";
import { FUNCTION_NAMES, methodOf, ROUTE_NAMES } from "./shop-under-test.ts";

// What is deployed besides the handlers: settings, adapters, bundle.
const { folder, remove } = await makeDeployableCopy();
afterAll(remove);

interface VercelSettings {
  outputDirectory: string;
  buildCommand: string;
  rewrites: unknown;
  headers: { source: string; headers: { key: string; value: string }[] }[];
}

test("D22: vercel.json and netlify.toml set the same headers on every page", async () => {
  const vercel = JSON.parse(await readFile(join(ROOT, "vercel.json"), "utf8")) as VercelSettings;
  assert.equal(vercel.headers.length, 1);
  assert.equal(vercel.headers[0]?.source, "/(.*)");
  const onVercel = Object.fromEntries(vercel.headers[0].headers.map(({ key, value }) => [key, value]));
  const onNetlify = pageHeaders(await readFile(join(ROOT, "netlify.toml"), "utf8"));
  assert.deepEqual(onNetlify, onVercel);
  assert.deepEqual(Object.keys(onVercel).toSorted(), [
    "Content-Security-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
  ]);
});

test("D22: the local server sends vercel.json's headers with pages, scripts and missing files", async () => {
  const vercel = JSON.parse(await readFile(join(ROOT, "vercel.json"), "utf8")) as VercelSettings;
  const serve = await createSiteHandler(ROOT);
  for (const path of [
    "/",
    "/success.html",
    "/canceled.html",
    "/js/stripe-checkout.js",
    "/styles.css",
    "/none",
  ]) {
    for (const method of ["GET", "HEAD"]) {
      const { headers } = await serve(new Request(`http://localhost${path}`, { method }));
      for (const { key, value } of vercel.headers[0]?.headers ?? [])
        assert.equal(headers.get(key), value, `${method} ${path} ${key}`);
    }
  }
});

test("D22: the pages' policy allows nothing inline and no framing by other sites, and the pages use nothing inline", async () => {
  const vercel = JSON.parse(await readFile(join(ROOT, "vercel.json"), "utf8")) as VercelSettings;
  const policy = vercel.headers[0]?.headers.find(({ key }) => key === "Content-Security-Policy")?.value ?? "";
  assert.doesNotMatch(policy, /unsafe-|\*|http:|wss?:/);
  // Anything else, such as objects, falls back to 'none'.
  for (const part of ["default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'self'"])
    assert.ok(policy.split("; ").includes(part), part);
  assert.doesNotMatch(policy, /object-src/);
  for (const page of ["public/index.html", "success.html", "canceled.html"]) {
    const html = await readFile(join(ROOT, page), "utf8");
    assert.doesNotMatch(
      html,
      /<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)(?![^>]*ld\+json)/i,
      page,
    );
  }
});

test("both hosts run npm run build and publish dist/", async () => {
  const vercel = JSON.parse(await readFile(join(ROOT, "vercel.json"), "utf8")) as VercelSettings;
  const netlify = await readFile(join(ROOT, "netlify.toml"), "utf8");
  assert.equal(vercel.buildCommand, "npm run build");
  assert.equal(vercel.outputDirectory, "dist");
  assert.match(netlify, /^ {2}command = "npm run build"$/m);
  assert.match(netlify, /^ {2}publish = "dist"$/m);
});

test("both hosts have the same functions", async () => {
  const onVercel = await readdir(join(ROOT, "api"));
  const onNetlify = await readdir(join(ROOT, "netlify/functions"));
  assert.deepEqual(onVercel.toSorted(), onNetlify.toSorted());
  for (const name of FUNCTION_NAMES) assert.ok(onVercel.includes(`${name}.ts`), name);
});

// Vercel's free plan has room for 12: half of them are the owner's. https://vercel.com/docs/limits
test("the shop has at most six functions", async () => {
  assert.ok((await readdir(join(ROOT, "api"))).length <= 6);
});

test("the adapters' cases know every route", () => {
  assert.deepEqual(
    Object.fromEntries(ROUTE_NAMES.map((name) => [name, methodOf(name, {})])),
    Object.fromEntries(Object.values(ROUTES).map(({ name, method }) => [name, method])),
  );
});

test("every route has its function on Vercel: its own, or the function shop by a rewrite", async () => {
  const { rewrites } = JSON.parse(await readFile(join(ROOT, "vercel.json"), "utf8")) as VercelSettings;
  assert.deepEqual(rewrites, SHARED_PATHS.map(vercelRewrite));
});

test("every route has its function on Netlify, by a redirect", async () => {
  const toml = await readFile(join(ROOT, "netlify.toml"), "utf8");
  const rules = toml.matchAll(
    /^\[\[redirects\]\]\n {2}from = "(.*)"\n {2}to = "(.*)"\n {2}status = (\d+)$/gm,
  );
  assert.deepEqual(
    Array.from(rules, ([, from, to, status]) => ({ from, to, status: Number(status) })),
    NETLIFY_REDIRECTS,
  );
});

for (const adapters of ["api", "netlify/functions"]) {
  test(`${adapters}/ holds adapters of at most 8 lines and without a decision`, async () => {
    for (const file of await readdir(join(ROOT, adapters))) {
      const source = await readFile(join(ROOT, adapters, file), "utf8");
      assert.ok(source.trimEnd().split("\n").length <= 8, `${file} has more than 8 lines`);
      assert.doesNotMatch(source, /\bif\b|\bswitch\b|\?(?!\.)|&&|\|\||process\.env/, file);
    }
  });
}

test("C14: the functions' bundle holds nothing that looks like a secret", async () => {
  const bundle = join(folder, "build");
  for (const file of await readdir(bundle)) {
    const text = await readFile(join(bundle, file), "utf8");
    const found =
      text.match(
        /\b(?:sk|rk)_(?:test|live)_\w{8,}|\bwhsec_\w{8,}|\bre_\w{20,}|\blsk1_\d{8}_[\w-]{8,}|\bAKIA[A-Z0-9]{16}\b/g,
      ) ?? [];
    assert.deepEqual(found, [], file);
  }
});

/** Permissive licenses whose only condition is a copy of their text, as in THIRD-PARTY-NOTICES.txt. */
const ALLOWED_LICENSES = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "MIT-0",
  "Unlicense",
];

test("every package in the functions' bundle is in THIRD-PARTY-NOTICES.txt, under an allowed license", async () => {
  const notices = await readFile(join(folder, "build/THIRD-PARTY-NOTICES.txt"), "utf8");
  const packages = [...notices.matchAll(/^((?:@[\w.-]+\/)?[\w.-]+) \d+\.\d+\.\S+ \((.+)\)$/gm)];
  const names = packages.map(([, name]) => name);
  for (const shipped of ["stripe", "zod", "@aws-sdk/client-dynamodb"])
    assert.ok(names.includes(shipped), shipped);
  const refused = packages.filter(([, , license = ""]) => !ALLOWED_LICENSES.includes(license));
  assert.deepEqual(
    refused.map(([line]) => line),
    [],
  );
  assert.match(notices, /^Copyright .*Stripe/m);
});

test("D49: THIRD-PARTY-NOTICES.txt holds every package's license as a text, not only its name", async () => {
  const notices = await readFile(join(folder, "build/THIRD-PARTY-NOTICES.txt"), "utf8");
  const [, ...parts] = notices.replace("\n\n", "\n─\n").split(/^─+$/m);
  assert.ok(parts.length > 5);
  for (const part of parts)
    assert.match(part, /Copyright|public domain|Permission is hereby granted/i, part.slice(0, 300));
  assert.match(notices, /^standardwebhooks .*\n\nThe MIT License\n\nCopyright \(c\) 2023 Svix/m);
});

test("E14: a preview on Netlify refuses a live key, although only the build knows that it is one", async () => {
  const statusOnceBuilt = async (context: string): Promise<number> => {
    vi.stubEnv("NETLIFY", "true").stubEnv("CONTEXT", context);
    const bundle = join(folder, `build-${context}`);
    await buildFunctions(ROOT, bundle, { prices: {} });
    // The functions themselves never see CONTEXT.
    vi.unstubAllEnvs();
    vi.stubEnv("STRIPE_SECRET_KEY", "rk_live_neverUsed").stubEnv("STRIPE_WEBHOOK_SECRET", "whsec_neverUsed");
    vi.stubEnv("URL", "https://shop.example").stubEnv("AWS_LAMBDA_FUNCTION_NAME", "webhook");
    const app = (await import(pathToFileURL(join(bundle, "app.mjs")).href)) as Pick<App, "webhook">;
    vi.unstubAllEnvs();
    const unsigned = new Request("https://shop.example/api/webhook", { method: "POST", body: "{}" });
    return (await app.webhook(unsigned)).status;
  };
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  try {
    assert.equal(await statusOnceBuilt("deploy-preview"), 500);
    assert.match(lines[0] ?? "", /STRIPE_SECRET_KEY is a live key on a preview deployment/);
    assert.doesNotMatch(lines.join(), /neverUsed/);
    // Only the signature is missing.
    assert.equal(await statusOnceBuilt("production"), 400);
  } finally {
    log.mockRestore();
  }
}, 30_000);

test("E13: no part of the development server is deployed", async () => {
  await buildSite(ROOT, join(folder, "dist"));
  for (const output of ["build", "dist"]) {
    for (const file of await readdir(join(folder, output), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const text = await readFile(join(file.parentPath, file.name), "utf8");
      assert.doesNotMatch(text, /__dev\b|Behind the counter|SMTPServer\b/, file.name);
    }
  }
});

test.for([
  ["the AWS SDK", "DynamoDB_20120810", "an order is stored in DynamoDB"],
  ["Nodemailer", "Connection closed unexpectedly", "a mail is sent"],
] as const)("%s is in the bundle (%s), and nothing loads it until %s", async ([name, mark]) => {
  const { metafile } = await build({
    entryPoints: [join(folder, "build/app.mjs")],
    bundle: true,
    format: "esm",
    platform: "node",
    splitting: true,
    outdir: join(folder, "traced"),
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const loadedAtStart = new Set<string>();
  const follow = (file: string): void => {
    if (loadedAtStart.has(file)) return;
    loadedAtStart.add(file);
    for (const { path, kind } of metafile.inputs[file]?.imports ?? []) {
      if (kind === "import-statement" && path in metafile.inputs) follow(path);
    }
  };
  follow(Object.keys(metafile.inputs).find((file) => file.endsWith("build/app.mjs")) ?? "");

  const isMarked = async (file: string): Promise<boolean> =>
    (await readFile(join(process.cwd(), file), "utf8")).includes(mark);
  const marked = [];
  for (const file of Object.keys(metafile.inputs)) if (await isMarked(file)) marked.push(file);
  assert.ok(marked.length > 0, `${name} is not in the bundle`);
  assert.deepEqual(
    marked.filter((file) => loadedAtStart.has(file)),
    [],
  );
});

test("Nodemailer works from inside the bundle", async () => {
  const received: ReceivedMail[] = [];
  const server = await startMailServer((mail) => void received.push(mail));
  const chunk = (await readdir(join(folder, "build"))).find((file) => file.startsWith("smtp-mailer"));
  const bundled = (await import(pathToFileURL(join(folder, "build", chunk ?? "")).href)) as typeof SmtpMailer;
  const variables = { SMTP_URL: server.url, MAIL_FROM: "orders@shop.example" };
  const { config } = readMail(variables);
  assert.ok(config);
  const mailer = bundled.createSmtpMailer(config, Date.now);
  const mail = { to: "ada@example.com", subject: "Hello", text: "Hello", html: "<p>Hello" };
  await mailer.send(mail, { idempotencyKey: "mail/cs_test_1", signal: AbortSignal.timeout(5_000) });
  await server.close();
  assert.deepEqual(
    received.map(({ recipients }) => recipients),
    [["ada@example.com"]],
  );
});

/** The `[headers.values]` of the one rule for all pages; nothing else in netlify.toml is read, so no TOML parser is needed. */
function pageHeaders(toml: string): Record<string, string> {
  const rules = toml.match(/^\[\[headers\]\]$/gm) ?? [];
  assert.equal(rules.length, 1);
  assert.match(toml, /^\[\[headers\]\]\n {2}for = "\/\*"\n {2}\[headers\.values\]$/m);
  const [, values = ""] = toml.split("[headers.values]\n");
  return Object.fromEntries(
    [...values.matchAll(/^ {4}([\w-]+) = "(.*)"$/gm)].map(([, key, value]) => [key, value]),
  );
}
