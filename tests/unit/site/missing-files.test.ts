import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { missingFiles } from "../../../cli/site/missing-files.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "missing-files-"));
  await write("success.html", "");
  await write("canceled.html", "");
});
afterEach(() => rm(root, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}

/** `line path` for each missing file of a page in public/shop/. */
async function missingIn(html: string): Promise<string[]> {
  await write("public/shop/a2.html", html);
  const sentences = await missingFiles(root);
  return sentences.map((sentence) => {
    const [, line, path] = /^public\/shop\/a2\.html:(\d+): loads (\S+), and public\2 is not there\./.exec(
      sentence,
    ) ?? ["", "", sentence];
    return `${line} ${path}`;
  });
}

test("names the missing styles, scripts, pictures and icons of a page, with their lines", async () => {
  expect(
    await missingIn(`<!doctype html>
<link rel="stylesheet" href="/site.css">
<link rel="shortcut icon" href="/favicon.ico">
<link rel="apple-touch-icon" href="../touch.png">
<script src="menu.js"></script>
<script src="/js/stripe-chekout.js" defer></script>
<img src="./big/a2.jpg" alt="">
<template><img src="/big/in-template.jpg" alt=""></template>`),
  ).toEqual([
    "2 /site.css",
    "3 /favicon.ico",
    "4 /touch.png",
    "5 /shop/menu.js",
    "6 /js/stripe-chekout.js",
    "7 /shop/big/a2.jpg",
    "8 /big/in-template.jpg",
  ]);
});

test("files that are in the folder or come from the build are not named", async () => {
  await write("public/Möwe im Wind.svg", "");
  await write("public/site.css", "");
  await write("public/shop/a2.jpg", "");
  expect(
    await missingIn(`<link rel="stylesheet" href="/site.css?v=2#top">
<img src="a2.jpg"><img src="../M%C3%B6we%20im%20Wind.svg"><img src="/Möwe im Wind.svg">
<script src="/js/stripe-checkout.js"></script><script src="/js/order-page.js"></script>`),
  ).toEqual([]);
});

test("file names are case-sensitive, as on the hosts", async () => {
  await write("public/Site.css", "");
  expect(await missingIn('<link rel="stylesheet" href="/site.css">')).toEqual(["1 /site.css"]);
});

test("I12: a file whose real name only looks the same, or differs in case, is named", async () => {
  await write("public/Mu\u{308}sli.jpg", "");
  await write("public/Site.css", "");
  await write("public/index.html", '<img src="/M\u{FC}sli.jpg"><link rel="stylesheet" href="/site.css">');
  expect(await missingFiles(root)).toEqual([
    "public/index.html:1: loads /M\u{FC}sli.jpg, and public/M\u{FC}sli.jpg is not there. Mu\u{308}sli.jpg is, which looks the same and is written differently: its accented letters are stored as letter and accent in the one and as one character in the other, as some programs on a Mac do. Rename it, or write its name in the page as it is.",
    "public/index.html:1: loads /site.css, and public/site.css is not there. Site.css is, which differs in capital and small letters, and they count. Rename it, or write its name in the page as it is.",
  ]);
});

test("files from other sites or from the host, and addresses that are not a page's file, are not looked for", async () => {
  expect(
    await missingIn(`<link rel="stylesheet" href="https://cdn.example/a.css">
<script src="//cdn.example/b.js"></script>
<script>inline()</script>
<script src="/_vercel/insights/script.js"></script>
<img src="/.netlify/images?url=/a2.jpg"><img src="/api/picture">
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><img src=""><img>
<link rel="canonical" href="/elsewhere"><a href="/terms">Terms</a>
<!-- <img src="/old.jpg"> -->
<img src="/%E0%A4%A.jpg">`),
  ).toEqual([]);
});

test("a page's <base> counts", async () => {
  await write("public/shop/pictures/a2.jpg", "");
  expect(await missingIn('<base href="pictures/"><img src="a2.jpg"><img src="a3.jpg">')).toEqual([
    "1 /shop/pictures/a3.jpg",
  ]);
  expect(await missingIn('<base href="https://cdn.example/"><img src="a3.jpg">')).toEqual([]);
});

test("a file that many pages lack is named once, by its path in the folder of pages", async () => {
  for (const page of ["success.html", "_site/index.html", "_site/posters/index.html"]) {
    await write(page, '<link rel="stylesheet" href="/styles.css">');
  }
  expect(await missingFiles(root, "_site")).toEqual([
    "success.html:1: loads /styles.css (2 more places too), and _site/styles.css is not there. Put the file there, or take it out of the page.",
  ]);
});
