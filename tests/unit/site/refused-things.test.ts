import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, expect, test } from "vitest";

import { hostsOf } from "../../../cli/site/policy/hosting.ts";
import { refusedThings, type Project } from "../../../cli/site/policy/refused-things.ts";

const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "refused-things-"));
  for (const file of ["vercel.json", "netlify.toml"]) await cp(join(PROJECT, file), join(root, file));
  for (const page of ["success.html", "canceled.html"]) await write(page, "");
});
afterEach(() => rm(root, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}

const look = (project: Partial<Project> = {}) =>
  refusedThings({ root, hosts: ["vercel", "netlify"], ...project });

/** `line words`, up to the reason, for each refusal on one page. */
async function refusedOn(html: string, project: Partial<Project> = {}): Promise<string[]> {
  await write("public/index.html", html);
  const { warnings, problems } = await look(project);
  expect(problems).toEqual([]);
  return warnings.map((warning) => {
    const [, line, what] =
      /^public\/index\.html:(\d+): browsers (.+?)(?:\. | because of )/.exec(warning) ?? [];
    return what === undefined ? warning : `${line} ${what}`;
  });
}

/** Replaces the policy in both files. */
async function setPolicy(value: string): Promise<void> {
  await write(
    "vercel.json",
    JSON.stringify({
      headers: [{ source: "/(.*)", headers: [{ key: "Content-Security-Policy", value }] }],
    }),
  );
  await write("netlify.toml", "");
}

const USUAL_PAGE = `<!doctype html>
<html lang="en">
<title>A page as site generators make it</title>
<link rel="stylesheet" href="https://fonts.example/css2?family=Inter">
<script async src="https://analytics.example/tag.js"></script>
<script>window.dataLayer = window.dataLayer || [];</script>
<h1 style="margin: 0">Posters</h1>
<img src="https://images.example/poster.jpg" alt="">
<form action="https://newsletter.example/subscribe" method="post"><input name="email"><button>Subscribe</button></form>
<script src="/js/stripe-checkout.js" defer></script>
<button class="stripe-checkout-btn" data-price-id="price_poster">Buy</button>
</html>`;

test("D36: everything on a typical page that browsers will refuse is named, with its line and what to do", async () => {
  await write("public/index.html", USUAL_PAGE);
  const by = "the Content-Security-Policy in vercel.json and netlify.toml";
  expect(await look()).toEqual({
    problems: [],
    warnings: [
      `public/index.html:4: browsers refuse the style https://fonts.example/css2?family=Inter. Put the file into public/ and load it from there, or add https://fonts.example to style-src of ${by}.`,
      `public/index.html:5: browsers refuse the script https://analytics.example/tag.js. Put the file into public/ and load it from there, or add https://analytics.example to script-src of ${by}.`,
      `public/index.html:6: browsers refuse this inline <script> because of ${by}. Move it into a file of its own in public/, and load that with <script src="…" defer>.`,
      `public/index.html:7: browsers refuse this style="…" because of ${by}. Give the element a class, and write the style into a stylesheet.`,
      `public/index.html:8: browsers refuse the picture https://images.example/poster.jpg. Put the file into public/ and load it from there, or add https://images.example to img-src of ${by}.`,
      `public/index.html:9: browsers refuse to send the form to https://newsletter.example/subscribe. Please add https://newsletter.example to form-action of ${by}.`,
    ],
  });
});

test("D36: frames, media, objects, fonts, icons, handlers, javascript: and <base>", async () => {
  expect(
    await refusedOn(`<base href="https://cdn.example/">
<iframe src="https://maps.example/embed"></iframe>
<video src="https://v.example/a.mp4" poster="//v.example/a.jpg"></video>
<audio><source src="https://v.example/a.mp3"></audio>
<picture><source srcset="/a.webp 1x, https://v.example/b.webp 2x"><img src="a.jpg"></picture>
<object data="/a.pdf"></object>
<link rel="preload" as="font" href="https://fonts.example/a.woff2">
<link rel="icon" href="https://v.example/icon.png">
<a href=" java
script:void(0)" onclick="buy()">Buy</a>
<style>b { color: red }</style>
<form><button formaction="https://elsewhere.example/">Send</button></form>
<template><img src="https://v.example/late.jpg"></template>
<script type="module">go()</script>`),
  ).toEqual([
    "1 ignore this <base>",
    "2 refuse the frame https://maps.example/embed",
    "3 refuse the video https://v.example/a.mp4",
    "3 refuse the picture https://v.example/a.jpg",
    "4 refuse the file https://v.example/a.mp3",
    "5 refuse the picture https://v.example/b.webp",
    "6 refuse the object /a.pdf",
    "7 refuse the font https://fonts.example/a.woff2",
    "8 refuse the icon https://v.example/icon.png",
    "9 refuse this javascript: address",
    '10 refuse this onclick="…"',
    "11 refuse this inline <style>",
    "12 refuse to send the form to https://elsewhere.example/",
    "13 refuse the picture https://v.example/late.jpg",
    "14 refuse this inline <script>",
  ]);
});

test("D36: the site's own files, links, data and the shop's form are not named", async () => {
  expect(
    await refusedOn(
      `<link rel="manifest" href="/app.webmanifest"><link rel="canonical" href="https://elsewhere.example/">
<audio controls src="/media/preview.mp3"></audio><video src="a.mp4"><track src="a.vtt"></video>
<iframe src="/sizes.html"></iframe><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<img src="https://shop.example/a.jpg"><a href="https://elsewhere.example/">Elsewhere</a>
<script type="application/ld+json">{ "@type": "Product" }</script><script type="text/template"><b></b></script>
<script src="menu.js" defer></script><script src=""></script><style></style><p style="">
<form method="post" action="/api/create-checkout-session"><button class="stripe-checkout-btn">Buy</button></form>
<form method="dialog" action="https://elsewhere.example/"></form><form action="/search"></form>
<!-- <script>old()</script> --><button type="button" data-on="click">Menu</button>`,
      { siteUrl: "https://shop.example" },
    ),
  ).toEqual([]);
});

test("D36: stylesheets are read, too: their imports, fonts and pictures", async () => {
  await write(
    "public/css/site.css",
    `@import url("https://fonts.example/a.css");
/* url(https://old.example/a.png) */
@font-face { font-family: x;
  src: url(data:font/woff2;base64,AAAA), url("/fonts/x.woff2") }
body { background: url( 'https://images.example/sea.png' ), url(sand.png) }
i { background: url("data:image/png;base64,AA==") }`,
  );
  const { warnings } = await look();
  expect(warnings.map((warning) => warning.split(". ")[0])).toEqual([
    "public/css/site.css:1: browsers refuse the style https://fonts.example/a.css",
    "public/css/site.css:4: browsers refuse the font data:…",
    "public/css/site.css:5: browsers refuse the picture https://images.example/sea.png",
  ]);
});

test("D36: a refusal on many pages is reported once, with its places; two on one page are two", async () => {
  for (const page of ["a", "b", "c", "d", "e", "f", "g"])
    await write(`public/${page}.html`, '<p style="margin:0">\n<p style="margin:0">');
  const { warnings } = await look();
  expect(warnings.map((warning) => warning.split(" because of")[0])).toEqual([
    'public/a.html:1: browsers refuse this style="…" (also public/b.html:1, public/c.html:1, public/d.html:1, public/e.html:1 and 2 more)',
    'public/a.html:2: browsers refuse this style="…" (also public/b.html:2, public/c.html:2, public/d.html:2, public/e.html:2 and 2 more)',
  ]);
});

test("D35: the policy is read from the project's files, for the host that builds", async () => {
  await setPolicy("default-src 'self'; style-src 'unsafe-inline' https:; img-src https:");
  await write("public/index.html", USUAL_PAGE);
  expect((await look()).warnings.map((warning) => warning.split(": ")[0])).toEqual([
    "public/index.html:5",
    "public/index.html:6",
  ]);
  expect((await look({ hosts: ["netlify"] })).warnings).toEqual([]);
  await rm(join(root, "vercel.json"));
  expect((await look()).warnings).toEqual([]);
});

test("D35: a page's own policy and Netlify's _headers count, too", async () => {
  await setPolicy("default-src 'self'");
  const meta = `<meta http-equiv="Content-Security-Policy" content="img-src 'none'"><img src="/a.jpg">`;
  await write("public/index.html", meta);
  expect((await look()).warnings).toEqual([
    "public/index.html:1: browsers refuse the picture /a.jpg. Please add 'self' to img-src of the Content-Security-Policy in public/index.html.",
  ]);
  await write("public/index.html", '<object data="/a.pdf"></object>');
  await write("public/_headers", "/*\n  Content-Security-Policy: object-src 'none'\n");
  expect((await look()).warnings).toEqual([
    "public/index.html:1: browsers refuse the object /a.pdf. Link to it instead, or add 'self' to object-src of the Content-Security-Policy in public/_headers.",
  ]);
});

test("D37: a refusal of the shop's own script, request or form is a mistake, not a warning", async () => {
  await setPolicy("default-src 'none'; form-action 'self'");
  await write(
    "public/index.html",
    `<script src="/js/stripe-checkout.js" defer></script>
<form method="post" action="/api/create-checkout-session"><button>Buy</button></form>`,
  );
  const by = "the Content-Security-Policy in vercel.json";
  expect(await look()).toEqual({
    warnings: [],
    problems: [
      `public/index.html:1: browsers refuse the shop's script /js/stripe-checkout.js. Please add "script-src 'self'" to ${by}.`,
      `public/index.html:1: browsers refuse the shop's request to /api/create-checkout-session. Please add "connect-src 'self'" to ${by}.`,
      `public/index.html:2: browsers refuse to send the form that buys to https://checkout.stripe.com/. Please add https://checkout.stripe.com to form-action of ${by}.`,
    ],
  });
});

test("D33: a form that leads to a payment page under the owner's domain needs that domain in form-action", async () => {
  await write("public/index.html", '<form method="post" action="/api/create-checkout-session"></form>');
  expect((await look()).problems).toEqual([]);
  expect((await look({ paymentPage: "https://pay.shop.example" })).problems).toEqual([
    "public/index.html:1: browsers refuse to send the form that buys to https://pay.shop.example/. Please add https://pay.shop.example to form-action of the Content-Security-Policy in vercel.json and netlify.toml.",
  ]);
});

test("D36: browsers refuse nothing on the demo's pages", async () => {
  expect(await refusedThings({ root: PROJECT, hosts: ["vercel", "netlify"] })).toEqual({
    warnings: [],
    problems: [],
  });
});

test("D35: the host is the one that builds, or the one that the project is linked to", async () => {
  expect(hostsOf(root, { VERCEL: "1" })).toEqual(["vercel"]);
  expect(hostsOf(root, { NETLIFY: "true" })).toEqual(["netlify"]);
  expect(hostsOf(root, {})).toEqual(["vercel", "netlify"]);
  await write(".netlify/state.json", "{}");
  expect(hostsOf(root, {})).toEqual(["netlify"]);
  await write(".vercel/project.json", "{}");
  expect(hostsOf(root, {})).toEqual(["vercel", "netlify"]);
});
