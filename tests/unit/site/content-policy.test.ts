import { expect, test } from "vitest";

import {
  allowsAddress,
  allowsInline,
  decidingDirective,
  parsePolicies,
  type ContentPolicy,
} from "../../../cli/site/policy/content-policy.ts";

const SITE = new URL("https://shop.example/posters/");

function policy(value: string): ContentPolicy {
  const [first] = parsePolicies(value);
  if (first === undefined) throw new Error("no policy");
  return first;
}

const allows = (sources: string, address: string) =>
  allowsAddress(policy(`img-src ${sources}`), "img-src", new URL(address, SITE.href), SITE);

test.for([
  ["'self'", "/a.png"],
  ["'SELF'", "https://shop.example/a.png"],
  ["'none' 'self'", "/a.png"],
  ["data:", "data:image/png;base64,AA=="],
  ["https:", "https://images.example/a.png"],
  ["*", "https://images.example/a.png"],
  ["images.example", "https://images.example/a.png"],
  ["http://images.example", "https://images.example/a.png"],
  ["https://IMAGES.example", "https://images.example/a.png"],
  ["*.example", "https://images.example/a.png"],
  ["https://images.example:443", "https://images.example/a.png"],
  ["https://images.example:*", "https://images.example:8443/a.png"],
  ["https://images.example/shop/", "https://images.example/shop/a.png"],
  ["https://images.example/a.png", "https://images.example/a.png?v=2"],
] as const)("D34: img-src %s allows %s", ([sources, address]) => {
  expect(allows(sources, address)).toBe(true);
});

test.for([
  ["'none'", "/a.png"],
  ["", "/a.png"],
  ["'self'", "https://images.example/a.png"],
  ["'self'", "http://shop.example/a.png"],
  ["'self'", "https://www.shop.example/a.png"],
  ["'self'", "https://shop.example:8443/a.png"],
  ["'self'", "data:image/png;base64,AA=="],
  ["*", "data:image/png;base64,AA=="],
  ["*", "blob:https://shop.example/1"],
  ["images.example", "http://images.example/a.png"],
  ["*.images.example", "https://images.example/a.png"],
  ["https://images.example", "https://images.example:8443/a.png"],
  ["https://images.example", "https://images.example.evil.example/a.png"],
  ["https://images.example/shop/", "https://images.example/a.png"],
  ["https://images.example/shop", "https://images.example/shop/a.png"],
  ["https://images.example/a.png", "https://images.example/b.png"],
] as const)("D34: img-src %s refuses %s", ([sources, address]) => {
  expect(allows(sources, address)).toBe(false);
});

test("D34: a missing directive falls back, as in browsers, and one without a fallback allows everything", () => {
  const strict = policy("default-src 'none'; child-src 'self'; script-src 'self'; script-src https:");
  expect(decidingDirective(strict, "frame-src")).toBe("child-src");
  expect(decidingDirective(strict, "script-src-attr")).toBe("script-src");
  expect(decidingDirective(strict, "manifest-src")).toBe("default-src");
  for (const directive of ["form-action", "base-uri"]) {
    expect(decidingDirective(strict, directive)).toBeUndefined();
    expect(allowsAddress(strict, directive, new URL("https://elsewhere.example"), SITE)).toBe(true);
  }
  // The first of two directives with one name counts.
  expect(strict.get("script-src")).toEqual(["'self'"]);
});

test("D34: several policies in one header are several policies", () => {
  expect(parsePolicies("default-src 'self', img-src *;;")).toHaveLength(2);
  expect(parsePolicies(" ; ")).toEqual([]);
});

test.for([
  ["'self'", false],
  ["'unsafe-inline'", true],
  ["'unsafe-inline' 'nonce-abc'", false],
  // echo -n 'go()' | openssl dgst -sha256 -binary | base64
  ["'sha256-HASH'", true],
  ["'sha256-AAAA'", false],
] as const)("D34: script-src %s allows an inline script: %s", async ([sources, expected]) => {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256").update("go()").digest("base64");
  const inline = { text: "go()" };
  expect(allowsInline(policy(`script-src ${sources.replace("HASH", hash)}`), "script-src-elem", inline)).toBe(
    expected,
  );
});

test("D34: a nonce allows its script, inline or from anywhere; 'strict-dynamic' allows no address", () => {
  const nonce = policy("script-src 'nonce-abc' 'strict-dynamic' https:");
  const cdn = new URL("https://cdn.example/a.js");
  expect(allowsInline(nonce, "script-src-elem", { text: "go()", nonce: "abc" })).toBe(true);
  expect(allowsInline(nonce, "script-src-elem", { text: "go()", nonce: "other" })).toBe(false);
  expect(allowsAddress(nonce, "script-src-elem", cdn, SITE, "abc")).toBe(true);
  expect(allowsAddress(nonce, "script-src-elem", cdn, SITE)).toBe(false);
});

test("D34: a hash allows an attribute only with 'unsafe-hashes'", async () => {
  const { createHash } = await import("node:crypto");
  const hash = `'sha256-${createHash("sha256").update("margin:0").digest("base64")}'`;
  const inline = { text: "margin:0" };
  expect(allowsInline(policy(`style-src ${hash}`), "style-src-attr", inline)).toBe(false);
  expect(allowsInline(policy(`style-src 'unsafe-hashes' ${hash}`), "style-src-attr", inline)).toBe(true);
});
