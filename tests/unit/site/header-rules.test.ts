import { expect, test } from "vitest";

import {
  rulesOfHeadersFile,
  rulesOfNetlify,
  rulesOfVercel,
  type HeaderRule,
} from "../../../cli/site/policy/header-rules.ts";
import { policiesOf } from "../../../cli/site/policy/page-policies.ts";

const vercel = (...rules: [source: string, value: string, more?: object][]) =>
  rulesOfVercel(
    JSON.stringify({
      headers: rules.map(([source, value, more]) => ({
        source,
        ...more,
        headers: [
          { key: "X-Other", value: "1" },
          { key: "content-security-policy", value },
        ],
      })),
    }),
  );

const pathsOf = (rules: HeaderRule[], paths: string[]) =>
  rules.map(({ value, matches }) => [value, ...paths.filter(matches)]);

test("D35: reads vercel.json's rules with their patterns, except those that depend on the request", () => {
  const rules = vercel(
    ["/(.*)", "img-src 1"],
    ["/posters/:name", "img-src 2"],
    ["/docs/:path*", "img-src 3"],
    ["/a.html", "img-src 4"],
    ["/(.*)", "img-src 5", { has: [{ type: "header", key: "x" }] }],
    ["/((?!embed).*)", "img-src 6"],
    ["/(((", "img-src 7"],
  );
  expect(pathsOf(rules, ["/", "/posters/a2", "/docs/a/b", "/a.html", "/embed"])).toEqual([
    ["img-src 1", "/", "/posters/a2", "/docs/a/b", "/a.html", "/embed"],
    ["img-src 2", "/posters/a2"],
    ["img-src 3", "/docs/a/b"],
    ["img-src 4", "/a.html"],
    ["img-src 6", "/", "/posters/a2", "/docs/a/b", "/a.html"],
    ["img-src 7"],
  ]);
  for (const broken of ["", "{", "[]", "null", '{"headers":{}}', '{"headers":[null,{"source":1}]}'])
    expect(rulesOfVercel(broken)).toEqual([]);
});

test("D35: reads netlify.toml's rules, however the value is quoted", () => {
  const rules = rulesOfNetlify(`[build]
publish = "dist"
[[headers]]
  for = "/*"
  [headers.values]
    X-Other = "1"
    Content-Security-Policy = "img-src 1"
[[redirects]]
  from = "/a"
[[headers]]
for='/posters/*'
[headers.values]
"content-security-policy" = '''
img-src 2;
font-src 3'''
[[headers]]
for = "/none"
[functions]
Content-Security-Policy = "img-src 4"
`);
  expect(pathsOf(rules, ["/", "/posters/a2"])).toEqual([
    ["img-src 1", "/", "/posters/a2"],
    [" img-src 2; font-src 3", "/posters/a2"],
  ]);
});

test("D35: reads the rules of _headers", () => {
  const text =
    "# mine\n/*\n  X-Other: 1\r\n  Content-Security-Policy: img-src 1\n\n/posters/:name\n  content-security-policy: img-src 2\n";
  const rules = rulesOfHeadersFile(text, "public/_headers");
  expect(pathsOf(rules, ["/", "/posters/a2", "/posters/a/b"])).toEqual([
    ["img-src 1", "/", "/posters/a2", "/posters/a/b"],
    ["img-src 2", "/posters/a2"],
  ]);
  expect(rules[0]).toMatchObject({ file: "public/_headers", host: "netlify" });
});

test("D35: Vercel sends the last rule of a page, Netlify sends all", () => {
  const rules = [
    ...vercel(["/(.*)", "img-src 1"], ["/posters/(.*)", "img-src 2"]),
    ...rulesOfNetlify('[[headers]]\nfor = "/*"\n[headers.values]\nContent-Security-Policy = "img-src 3"'),
    ...rulesOfHeadersFile("/posters/\n  Content-Security-Policy: img-src 4", "public/_headers"),
  ];
  const sources = (page: string, hosts: ("vercel" | "netlify")[]) =>
    policiesOf(page, rules, hosts).map(({ policy }) => policy.get("img-src")?.join(" "));
  expect(sources("index.html", ["vercel"])).toEqual(["1"]);
  expect(sources("posters/index.html", ["vercel"])).toEqual(["2"]);
  expect(sources("index.html", ["netlify"])).toEqual(["3"]);
  expect(sources("posters/index.html", ["netlify"])).toEqual(["3", "4"]);
  expect(sources("posters/a2.html", ["vercel", "netlify"])).toEqual(["2", "3"]);
});
