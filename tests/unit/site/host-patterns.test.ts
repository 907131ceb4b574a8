import { expect, test } from "vitest";

import { rulesOfVercel } from "../../../cli/site/policy/header-rules.ts";
import { netlifyPattern, vercelPattern } from "../../../cli/site/host-patterns.ts";

const VERCEL: [source: string, path: string, isMatched: boolean][] = [
  ["/shop/:path*", "/shop", true],
  ["/shop/:path*", "/shop/a/b", true],
  ["/shop/:path*", "/shops", false],
  ["/shop/:path+", "/shop", false],
  ["/:slug(en|de)/x", "/en/x", true],
  ["/:slug(en|de)/x", "/fr/x", false],
  ["/:year(\\d{4})", "/2026", true],
  ["/:year(\\d{4})", "/news", false],
  ["/js/:f?", "/js", true],
  ["/js/:f?", "/js/buy-button.js", true],
  ["/js/:f?", "/js/a/b", false],
  ["/((?!api/|js(?:/|$)).*)", "/about", true],
  ["/((?!api/|js(?:/|$)).*)", "/api/webhook", false],
  ["/(a(b(c(d)?)?)?)", "/abcd", true],
  ["/terms\\.html", "/terms.html", true],
  ["/terms.html", "/termsxhtml", false],
  ["/about", "/about/", true],
  ["/broken(", "/broken", false],
];

test.for(VERCEL)("Vercel's source %s on %s: %s", ([source, path, isMatched]) => {
  expect(vercelPattern(source)?.test(path) ?? false).toBe(isMatched);
  const headers = [{ key: "Content-Security-Policy", value: "default-src 'none'" }];
  const [rule] = rulesOfVercel(JSON.stringify({ headers: [{ source, headers }] }));
  expect(rule?.matches(path)).toBe(isMatched);
});

test.for<[string, string, boolean]>([
  ["/*", "/", true],
  ["/*", "/a/b", true],
  ["/shop/*", "/shop", true],
  ["/shop/*", "/shops", false],
  ["/:page/x", "/en/x", true],
  ["/:page/x", "/en/de/x", false],
  ["/about/", "/about", true],
  ["/terms.html", "/termsxhtml", false],
])("Netlify's path %s on %s: %s", ([path, asked, isMatched]) => {
  expect(netlifyPattern(path)?.test(asked) ?? false).toBe(isMatched);
});
