import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { createSiteHandler } from "../../../cli/dev/site-server.ts";

let root: string;
let printed: string[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "static-checkout-site-"));
  printed = [];
  await write("public/index.html", "home");
  await write("public/about/index.html", "about");
  await write("public/terms.html", "terms");
  await write("public/v1.2/index.html", "a folder with a dot");
  await write("success.html", "thanks");
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}

/** What each address answers: a text, the target of a redirect, or the status of an error. */
async function ask(settings: object, addresses: readonly string[]): Promise<Record<string, string>> {
  await write("vercel.json", JSON.stringify({ ...settings, headers: [] }));
  const serve = await createSiteHandler(root, "public", (text) => printed.push(text));
  const answers: Record<string, string> = {};
  for (const address of addresses) {
    const answer = await serve(new Request(`http://localhost${address}`));
    const location = answer.headers.get("location");
    const text = answer.ok ? await answer.text() : String(answer.status);
    answers[address] = location === null ? text : `${answer.status} ${location}`;
  }
  return answers;
}

const ADDRESSES = ["/about", "/about/", "/about/index.html", "/terms", "/terms.html", "/success.html?a=1"];

test("E44: /about is found where its page is about/index.html, as on both hosts", async () => {
  expect(await ask({}, [...ADDRESSES, "/v1.2", "/about/x", "/nothing"])).toEqual({
    "/about": "about",
    "/about/": "about",
    "/about/index.html": "about",
    "/terms": "404",
    "/terms.html": "terms",
    "/success.html?a=1": "thanks",
    "/v1.2": "a folder with a dot",
    "/about/x": "404",
    "/nothing": "404",
  });
  expect(printed).toEqual([
    expect.stringMatching(/^\/terms is not found, \/terms\.html is\..*"cleanUrls": true/),
  ]);
});

test("a form that is sent to a page gets 405, the allowed methods, and a page that explains it", async () => {
  await write("vercel.json", JSON.stringify({ headers: [] }));
  const serve = await createSiteHandler(root, "public");
  const answer = await serve(new Request("http://localhost/about", { method: "POST", body: "a=1" }));
  expect(answer.status).toBe(405);
  expect(answer.headers.get("allow")).toBe("GET, HEAD");
  expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
  expect(await answer.text()).toMatch(/files with GET.*\/api\/create-checkout-session/);
});

test("E44: with cleanUrls in vercel.json, /terms is terms.html, and the long address redirects to it", async () => {
  expect(
    await ask({ cleanUrls: true }, [...ADDRESSES, "/success", "/index.html", "//evil.example/index.html"]),
  ).toEqual({
    "/about": "about",
    "/about/": "about",
    "/about/index.html": "308 /about/",
    "/terms": "terms",
    "/terms.html": "308 /terms",
    "/success.html?a=1": "308 /success?a=1",
    "/success": "thanks",
    "/index.html": "308 /",
    "//evil.example/index.html": "308 /evil.example/",
  });
});

test("E44: with trailingSlash in vercel.json, the other form redirects to the configured one", async () => {
  const addresses = ["/", "/about", "/about/", "/terms.html", "/terms.html/"];
  expect(await ask({ trailingSlash: true }, addresses)).toEqual({
    "/": "home",
    "/about": "308 /about/",
    "/about/": "about",
    "/terms.html": "terms",
    "/terms.html/": "308 /terms.html",
  });
  expect(await ask({ trailingSlash: false }, addresses)).toMatchObject({
    "/about": "about",
    "/about/": "308 /about",
  });
  expect(await ask({ trailingSlash: true, cleanUrls: true }, ["/terms", "/terms/", "/terms.html"])).toEqual({
    "/terms": "308 /terms/",
    "/terms/": "terms",
    "/terms.html": "308 /terms/",
  });
});

test("E45: an address without a page gets the owner's 404.html, or a page that says what is missing", async () => {
  await write("vercel.json", JSON.stringify({ headers: [] }));
  const serve = await createSiteHandler(root);
  const look = async () => (await serve(new Request("http://localhost/no<b>thing"))).text();
  const ours = await look();
  expect(ours).toContain("<h1>There is no such page</h1>");
  expect(ours).toContain("public/404.html");
  expect(ours).toContain('href="/"');
  expect(ours).not.toContain("<b>thing");
  await write("public/404.html", "mine");
  expect(await look()).toBe("mine");
});

test("E41: %zz and other addresses that cannot be read are answered with 400 and a page", async () => {
  await write("vercel.json", JSON.stringify({ headers: [] }));
  const serve = await createSiteHandler(root);
  for (const address of ["/%zz", "/%E0%A4", "/a%00b", `/${"a".repeat(5_000)}`, "/index.html/x"]) {
    const answer = await serve(new Request(`http://localhost${address}`));
    expect(answer.status, address.slice(0, 20)).toBe(/%/.test(address) ? 400 : 404);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  }
});
