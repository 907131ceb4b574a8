import { expect, test } from "vitest";

import { createClaimCookies, type ClaimCookies } from "../../../core/claims/claim-cookies.ts";
import { createSigner } from "../../../core/signing/signer.ts";

const clock = { nowMs: Date.UTC(2031, 0, 1) };
const now = (): number => clock.nowMs;
const cookiesOf = (siteUrl: string, secret = "secret"): ClaimCookies =>
  createClaimCookies(createSigner([secret], "claim-cookie", now), siteUrl, now);
const claims = cookiesOf("https://shop.example");
const session = (number: number): string => `cs_test_session${number}`;

/** A browser's cookies, as far as they matter here. */
function openBrowser() {
  const kept = new Map<string, string>();
  return {
    kept,
    request: () =>
      new Request("https://shop.example/api/x", {
        headers: { Cookie: [...kept].map(([name, value]) => `${name}=${value}`).join("; ") },
      }),
    take(lines: readonly string[]) {
      for (const line of lines) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (/; Max-Age=0;/.test(line)) kept.delete(name);
        else kept.set(name, value);
      }
    },
  };
}

test("D04: the cookie is for this host alone, for every path, over https, and out of scripts' reach", () => {
  const [line, ...others] = claims.claim(openBrowser().request(), session(1));
  expect(others).toEqual([]);
  expect(line).toMatch(
    /^__Host-order_[\w-]{16}=[0-9a-z]+\.[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  );
  expect(line).not.toContain(session(1));
});

test("on a development server, which has no https, the cookie is one that every browser keeps there", () => {
  const [line] = cookiesOf("http://localhost:3000").claim(openBrowser().request(), session(1));
  expect(line).toMatch(/^order_[\w-]{16}=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
});

test("a deployed site takes no cookie that a neighbouring subdomain could have planted", () => {
  const browser = openBrowser();
  browser.take(cookiesOf("http://localhost:3000").claim(browser.request(), session(1)));
  expect(claims.holds(browser.request(), session(1))).toBe(false);
});

test("D04: a browser holds what it opened, several at once, and nothing else", () => {
  const browser = openBrowser();
  const before = browser.request();
  browser.take(claims.claim(before, session(1)));
  // The second tab had asked before the first one's answer came.
  browser.take(claims.claim(before, session(2)));
  expect([1, 2, 3].map((number) => claims.holds(browser.request(), session(number)))).toEqual([
    true,
    true,
    false,
  ]);
  expect(claims.holds(openBrowser().request(), session(1))).toBe(false);
});

test("D15: a repeated request sets the same cookie again", () => {
  const browser = openBrowser();
  browser.take(claims.claim(browser.request(), session(1)));
  browser.take(claims.claim(browser.request(), session(1)));
  expect(browser.kept.size).toBe(1);
});

test("of more than eight checkouts the oldest are forgotten", () => {
  const browser = openBrowser();
  for (let number = 1; number <= 12; number += 1) {
    clock.nowMs += 1_000;
    browser.take(claims.claim(browser.request(), session(number)));
  }
  expect(browser.kept.size).toBe(8);
  const held = Array.from({ length: 12 }, (_, index) => claims.holds(browser.request(), session(index + 1)));
  expect(held).toEqual([false, false, false, false, true, true, true, true, true, true, true, true]);
  expect(browser.request().headers.get("cookie")?.length).toBeLessThan(1_000);
});

test("D04: a cookie that is another session's, of another secret, expired or rubbish proves nothing", () => {
  const browser = openBrowser();
  browser.take(claims.claim(browser.request(), session(1)));
  browser.take(claims.claim(browser.request(), session(2)));
  const [first = "", second = ""] = [...browser.kept.keys()];
  const token = browser.kept.get(first) ?? "";
  const holds = (cookie: string): boolean =>
    claims.holds(new Request("https://shop.example", { headers: { Cookie: cookie } }), session(1));

  expect(holds(`${first}=${token}`)).toBe(true);
  expect(holds(`a=b;${first}=${token};c=d`)).toBe(true);
  const [foreign = ""] = cookiesOf("https://shop.example", "other").claim(
    openBrowser().request(),
    session(1),
  );
  for (const cookie of [
    "",
    `${second}=${token}`,
    foreign,
    `${first}=`,
    `${first}=1`,
    `${first}=${token}x`,
    `${first}="${token}"`,
    `x${first}=${token}`,
    `${first.toLowerCase()}=${token}`,
    `=${token}`,
    ";;;=;",
    "x".repeat(100_000) + `; ${first}=${token}`,
  ]) {
    expect(holds(cookie), cookie.slice(0, 100)).toBe(false);
  }
  clock.nowMs += 30 * 24 * 3_600_000;
  expect(holds(`${first}=${token}`)).toBe(false);
});
