import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, expect, test } from "vitest";

import { buildSite } from "../../../cli/build/site.ts";
import { hostFindings } from "../../../cli/site/host-findings.ts";
import { parseRedirects, ruleFor, takesFunctions } from "../../../cli/site/netlify-redirects.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const TOML = await readFile(join(ROOT, "netlify.toml"), "utf8");
const VERCEL = await readFile(join(ROOT, "vercel.json"), "utf8");

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "static-checkout-host-"));
  for (const page of ["success.html", "canceled.html", "public/index.html"])
    await write(page, "<!doctype html>");
  await write("netlify.toml", TOML);
  await write("vercel.json", VERCEL);
});
afterEach(() => rm(root, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}

/** The published _redirects, which Netlify reads before netlify.toml. */
async function published(): Promise<string> {
  await buildSite(root, join(root, "dist"));
  return readFile(join(root, "dist/_redirects"), "utf8").catch(() => "");
}

const NOTHING = { vercel: { problems: [], notes: [] }, netlify: { problems: [], notes: [] } };

test("I08: the project's own settings are in order", async () => {
  expect(await hostFindings(root)).toEqual(NOTHING);
  expect(await hostFindings(ROOT)).toEqual(NOTHING);
});

test.for([
  ["a single page site", "/*    /index.html   200\n", 1],
  ["with Windows' line ends and a mark", "\u{FEFF}# old\r\n\r\n/*  /index.html  200\r\n", 3],
  ["a new home", "/old /new\n/* https://new.example/:splat 301!\n", 2],
  ["another server of the owner's", "/api/*  https://api.shop.example/:splat  200\n", 1],
  ["a placeholder", "/api/:name  /other/:name  200\n", 1],
  ["a page for what is not there", "/* /404.html 404\n", 1],
] as const)(
  "I08: functions stay at their addresses on Netlify beside _redirects of %s",
  async ([, text, line]) => {
    await write("public/_redirects", text);
    const { netlify } = await hostFindings(root);
    expect(netlify.notes[0]).toMatch(
      new RegExp(`^public/_redirects:${line}: on Netlify this rule would take over the functions' addresses`),
    );

    const rules = parseRedirects(await published());
    expect(ruleFor(rules, "/api/webhook")).toMatchObject({ to: "/.netlify/functions/webhook", status: 200 });
    expect(takesFunctions(rules)).toBeUndefined();
    // A rule like one in netlify.toml would be dropped for that later one.
    expect(ruleFor(rules, "/api/webhook")).toMatchObject({ forced: true });
    expect(TOML).not.toContain("force");
    // The owner's other addresses lead where they led before.
    const own = parseRedirects(text);
    expect(ruleFor(rules, "/api/contact")?.to).toBe(ruleFor(own, "/api/contact")?.to);
    expect(ruleFor(rules, "/somewhere")?.to).toBe(ruleFor(own, "/somewhere")?.to);
  },
);

test.for([
  "/old  /new  301\n",
  "/apis/*  /.netlify/functions/:splat  200\n/old/*  /index.html  200\n",
  "/*  /de/:splat  302  Language=de\n",
  "/*  id=:id  /items/:id  301\n",
  "https://www.shop.example/*  https://shop.example/:splat  301!\n",
  "# /*  /index.html  200\n",
  "/apis/*  /index.html  200\n",
])("I08: _redirects that take no function's address are published byte for byte: %j", async (text) => {
  await write("public/_redirects", text);
  expect(await hostFindings(root)).toEqual(NOTHING);
  expect(await published()).toBe(text);
});

test("I08: rules that override files are named if they take the order page or a script", async () => {
  await write("public/_redirects", "/a /b\n/* /index.html 200!\n");
  expect((await hostFindings(root)).netlify.problems).toEqual([
    'public/_redirects:2: sends /success.html elsewhere although the file is there. Take the "!" away, so that existing files win over the rule.',
  ]);
  await write("public/_redirects", "/js/* https://cdn.example/:splat 301!\n");
  expect((await hostFindings(root)).netlify.problems).toEqual([
    'public/_redirects:1: sends /js/stripe-checkout.js elsewhere although the file is there. Take the "!" away, so that existing files win over the rule.',
  ]);
});

const RULE = '[[redirects]]\n  from = "/*"\n  to = "/index.html"\n  status = 200\n';

test("I08: a rule in netlify.toml above the shop's is named, and one below it is not", async () => {
  await write("netlify.toml", `# mine\n${RULE}\n${TOML}`);
  expect((await hostFindings(root)).netlify.problems).toEqual([
    "netlify.toml:2: this rule takes the functions' addresses. Put it below the shop's rules for /api/…: the first rule that matches wins.",
  ]);
  await write("netlify.toml", `${TOML}\n${RULE}`);
  expect(await hostFindings(root)).toEqual(NOTHING);
  await write("netlify.toml", `${TOML}\n${RULE}  force = true\n`);
  expect((await hostFindings(root)).netlify.problems[0]).toMatch(
    /^netlify\.toml:\d+: sends \/success\.html elsewhere although the file is there\. Take out force = true/,
  );
});

test("I09: a second policy in _headers is named with its line", async () => {
  await write("public/_headers", "/*\n  X-Robots-Tag: all\n  Content-Security-Policy: default-src *\n");
  expect((await hostFindings(root)).netlify.notes).toEqual([
    "public/_headers:3: on Netlify this policy comes on top of the one in netlify.toml, and browsers obey both: what either refuses is refused. Put what you need into the one in netlify.toml, and take this line out.",
  ]);
});

const vercelWith = (settings: string): Promise<void> =>
  write("vercel.json", VERCEL.replace("{\n", `{\n${settings}\n`));

test("I10: trailingSlash in vercel.json, which answers Stripe with a redirect, is named with its line", async () => {
  await vercelWith('  "trailingSlash": true,');
  expect((await hostFindings(root)).vercel.problems).toEqual([
    'vercel.json:2: "trailingSlash": true answers every call of a function with a redirect, and Stripe takes that for a failure: no payment would be reported. Take it out.',
  ]);
});

test.for([
  ["/(.*)", "/api/create-checkout-session"],
  ["/:path*", "/api/create-checkout-session"],
  ["/api/:name", "/api/create-checkout-session"],
  ["/:page.html", "/success.html"],
  ["/js/:file(.*\\.js)", "/js/stripe-checkout.js"],
  ["/api/webhook", "/api/webhook"],
] as const)("I10: a redirect of vercel.json from %s is named: it takes %s", async ([source, taken]) => {
  await vercelWith(
    `  "cleanUrls": true,\n  "redirects": [\n    { "source": "/old", "destination": "/" },\n    { "source": ${JSON.stringify(source)}, "destination": "https://new.example/" }\n  ],`,
  );
  expect((await hostFindings(root)).vercel.problems).toEqual([
    `vercel.json:5: redirects ${taken}, too, which must stay where it is. Let the source leave out /api/, /js/ and the pages that buyers come back to.`,
  ]);
});

test.for([
  '  "redirects": [{ "source": "/old/:slug", "destination": "/new/:slug" }],',
  '  "redirects": [{ "source": "/((?!api/|js/|success.html|canceled.html).*)", "destination": "https://new.example/" }],',
  '  "redirects": [{ "source": "/(.*)", "has": [{ "type": "host", "value": "www.shop.example" }], "destination": "https://shop.example/$1" }],',
  '  "cleanUrls": true,',
  '  "trailingSlash": false,',
])(
  "I10: settings of vercel.json that leave the shop's addresses alone are not named: %s",
  async (settings) => {
    await vercelWith(settings);
    expect(await hostFindings(root)).toEqual(NOTHING);
  },
);

const settings = JSON.parse(VERCEL) as { rewrites: object[] };
const vercelWithRewrites = (rewrites: readonly object[]): Promise<void> =>
  write("vercel.json", JSON.stringify({ ...settings, rewrites }, undefined, 2));
const ALL_PAGES = { source: "/(.*)", destination: "/index.html" };

test("I10: a rewrite of vercel.json above the shop's is named, and one below it is not", async () => {
  await vercelWithRewrites([...settings.rewrites, ALL_PAGES]);
  expect(await hostFindings(root)).toEqual(NOTHING);
  await vercelWithRewrites([ALL_PAGES, ...settings.rewrites]);
  expect((await hostFindings(root)).vercel.problems).toEqual([
    expect.stringMatching(
      /^vercel\.json:\d+: this rewrite takes addresses of the shop's functions\. Put it below those that lead to \/api\/shop: the first that matches wins\.$/,
    ),
  ]);
  const forOneHost = { ...ALL_PAGES, has: [{ type: "host", value: "www.shop.example" }] };
  await vercelWithRewrites([forOneHost, ...settings.rewrites]);
  expect(await hostFindings(root)).toEqual(NOTHING);
});

test("I10: a vercel.json without the shop's rewrites, as an older copy of the shop has it, is named with what to add", async () => {
  await vercelWithRewrites([
    ...settings.rewrites.slice(1),
    { source: "/api/contact", destination: "/api/mine" },
  ]);
  expect((await hostFindings(root)).vercel.problems).toEqual([
    'vercel.json: rules for addresses of the shop are missing. Add to "rewrites": {"source":"/api/open-checkout(/?)","destination":"/api/shop"}.',
  ]);
});

test("I08: a netlify.toml that leads nowhere from a function's address is named with what to add", async () => {
  await write("netlify.toml", TOML.replaceAll("/api/webhook", "/api/hook"));
  expect((await hostFindings(root)).netlify.problems).toEqual([
    'netlify.toml: rules for addresses of the shop are missing. Add [[redirects]] with status = 200 for each of: from = "/api/webhook", to = "/.netlify/functions/webhook".',
  ]);
});

test("I08: a rule that redirects Stripe instead of leading to the function is named", async () => {
  await write(
    "netlify.toml",
    TOML.replace('to = "/.netlify/functions/webhook"\n  status = 200', 'to = "/.netlify/functions/webhook"'),
  );
  const { problems } = (await hostFindings(root)).netlify;
  expect(problems[0]).toMatch(/^netlify\.toml:\d+: this rule takes the functions' addresses/);
  expect(problems[1]).toContain('for each of: from = "/api/webhook", to = "/.netlify/functions/webhook".');
});

test("I08: rules in _redirects count, and one list in a line is not judged", async () => {
  const rules = /\[\[redirects\]\][\s\S]*?(?=# For the static)/.exec(TOML)?.[0] ?? "";
  await write("netlify.toml", TOML.replace(rules, ""));
  expect((await hostFindings(root)).netlify.problems).toHaveLength(1);
  const lines = rules.matchAll(/from = "(.*)"\n {2}to = "(.*)"/g);
  await write("public/_redirects", Array.from(lines, ([, from, to]) => `${from} ${to} 200\n`).join(""));
  expect(await hostFindings(root)).toEqual(NOTHING);
  await rm(join(root, "public/_redirects"));
  await write("netlify.toml", `redirects = [{ from = "/api/*", to = "/mine" }]\n${TOML.replace(rules, "")}`);
  expect(await hostFindings(root)).toEqual(NOTHING);
});

test("I08: the rule of an older netlify.toml leads to functions that are no longer there, and is named", async () => {
  const old = '[[redirects]]\n  from = "/api/*"\n  to = "/.netlify/functions/:splat"\n  status = 200\n';
  await write("netlify.toml", old);
  const { problems } = (await hostFindings(root)).netlify;
  expect(problems[0]).toMatch(/^netlify\.toml:1: this rule takes the functions' addresses\./);
  expect(Array.from(problems[1]?.matchAll(/from = "(\S+)"/g) ?? [], ([, from]) => from)).toEqual([
    "/api/open-checkout",
    "/api/order-status",
    "/api/license",
    "/api/resend-mail",
    "/api/health",
  ]);
  await write("netlify.toml", `${TOML}\n${old}`);
  expect(await hostFindings(root)).toEqual(NOTHING);
});

test.for([
  ['{\n  "a": 1\n  "b": 2\n}', /^vercel\.json:3: is not valid JSON: Expected ',' or '}'/],
  ['{\n  // mine\n  "a": 1\n}', /^vercel\.json:2: is not valid JSON: /],
  ['{\n  "a": 1,\n}\n', /^vercel\.json:3: is not valid JSON: /],
  ['{\n  "a": {\n\n', /^vercel\.json:2: is not valid JSON: /],
  ["\u{FEFF}{}", /^vercel\.json:1: begins with a byte order mark/],
  ["[]", /^vercel\.json:1: must be an object/],
] as const)(
  "I10: a vercel.json that Vercel cannot read is named with the line: %j",
  async ([text, problem]) => {
    await write("vercel.json", text);
    await expect(hostFindings(root)).rejects.toThrow(problem);
  },
);

test("I10: an owner on Vercel may delete netlify.toml", async () => {
  await rm(join(root, "netlify.toml"));
  expect(await hostFindings(root)).toEqual(NOTHING);
});

test("I10: an owner on Netlify may delete vercel.json", async () => {
  await rm(join(root, "vercel.json"));
  expect(await hostFindings(root)).toEqual(NOTHING);
});
