import { expect, test } from "vitest";

import { createClaimCookies, type ClaimCookies } from "../../../../core/auth/claim-cookies.ts";
import { createSigner } from "../../../../core/auth/signer.ts";

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

test("a development server without https sets a cookie that every browser keeps there", () => {
  const [line] = cookiesOf("http://localhost:3000").claim(openBrowser().request(), session(1));
  expect(line).toMatch(/^order_[\w-]{16}=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
});

test("a deployed site accepts no cookie that a neighboring subdomain could have planted", () => {
  const browser = openBrowser();
  browser.take(cookiesOf("http://localhost:3000").claim(browser.request(), session(1)));
  expect(claims.holds(browser.request(), session(1))).toBe(false);
});

test("D04: a browser holds the sessions that it opened, several at once, and no others", () => {
  const browser = openBrowser();
  const before = browser.request();
  browser.take(claims.claim(before, session(1)));
  // The second tab sent its request before the first one's answer came.
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

test("the oldest of more than eight checkouts are forgotten", () => {
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

/** Opens a checkout and, where it is placed, looks at its order's page. */
function order(browser: ReturnType<typeof openBrowser>, number: number, isPlaced: boolean): void {
  clock.nowMs += 1_000;
  browser.take(claims.claim(browser.request(), session(number)));
  if (isPlaced) browser.take(claims.keep(browser.request(), session(number)));
}
const held = (browser: ReturnType<typeof openBrowser>, numbers: number[]): number[] =>
  numbers.filter((number) => claims.holds(browser.request(), session(number)));
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);
const cookieBytes = (browser: ReturnType<typeof openBrowser>): number =>
  browser.request().headers.get("cookie")?.length ?? 0;

test("D51: a paid order is not forgotten, however many checkouts are opened later", () => {
  const browser = openBrowser();
  order(browser, 1, true);
  for (const number of upTo(40).slice(1)) order(browser, number, false);
  expect(held(browser, upTo(40))).toEqual([1, 33, 34, 35, 36, 37, 38, 39, 40]);
  // Opening the same checkout again, as a repeated click does, changes nothing for the order.
  browser.take(claims.claim(browser.request(), session(1)));
  for (const number of [41, 42, 43, 44, 45, 46, 47, 48, 49]) order(browser, number, false);
  expect(held(browser, [1])).toEqual([1]);
});

test("D51: the newest of many paid orders are kept, and the header stays within two kilobytes", () => {
  const browser = openBrowser();
  for (const number of upTo(60)) order(browser, number, true);
  expect(cookieBytes(browser)).toBeLessThanOrEqual(2_048);
  const kept = held(browser, upTo(60));
  expect(kept.length).toBeGreaterThanOrEqual(20);
  expect(kept).toEqual(upTo(60).slice(-kept.length));
  // A new checkout can still be paid.
  order(browser, 61, false);
  expect(held(browser, [60, 61])).toEqual([60, 61]);
  expect(cookieBytes(browser)).toBeLessThanOrEqual(2_048);
});

test("D51: a claim is kept once, and only for the browser that has it", () => {
  const browser = openBrowser();
  expect(claims.keep(browser.request(), session(1))).toEqual([]);
  browser.take(claims.claim(browser.request(), session(1)));
  const [line, ...others] = claims.keep(browser.request(), session(1));
  expect(others).toEqual([]);
  expect(line).toMatch(
    /^__Host-order_[\w-]{16}=[0-9a-z]+\.[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  );
  browser.take([line ?? ""]);
  expect(claims.keep(browser.request(), session(1))).toEqual([]);
  // The buyer comes back two months later.
  clock.nowMs += 60 * 24 * 3_600_000;
  expect(claims.keep(browser.request(), session(1))).toHaveLength(1);
  clock.nowMs += 30 * 24 * 3_600_000;
  expect(claims.keep(browser.request(), session(1))).toEqual([]);
  expect(claims.holds(browser.request(), session(1))).toBe(false);
});

test("D51: an unsigned expiry keeps nothing, and long garbage is dropped first", () => {
  const browser = openBrowser();
  browser.kept.set(`__Host-order_${"x".repeat(16)}`, "y".repeat(3_000));
  order(browser, 1, true);
  expect([...browser.kept.values()].some((value) => value.length > 100)).toBe(false);
  const [name = ""] = [...browser.kept.keys()];
  const forged = new Request("https://shop.example", {
    headers: { Cookie: `${name}=zzzzzz.${"a".repeat(43)}` },
  });
  expect(claims.keep(forged, session(1))).toEqual([]);
});

test("D04: a cookie of another session, of another secret, expired or garbled proves nothing", () => {
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
