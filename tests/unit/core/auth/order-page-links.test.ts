import { expect, test } from "vitest";

import { createOrderPageLinks } from "../../../../core/auth/order-page-links.ts";
import { createSigner } from "../../../../core/auth/signer.ts";

const BOUGHT_MS = Date.UTC(2031, 0, 1);
const DAY_MS = 24 * 3_600_000;
const ORDER = { orderId: "cs_test_0123456789", createdMs: BOUGHT_MS };

const linksAt = (nowMs: number) =>
  createOrderPageLinks(
    createSigner(["secret"], "order-page", () => nowMs),
    "https://shop.example",
    () => nowMs,
  );

function opens(nowMs: number, authorization: string, orderId = ORDER.orderId): boolean {
  const headers = { Authorization: authorization };
  return linksAt(nowMs).opens(new Request("https://shop.example/", { headers }), orderId);
}

const tokenIn = (url: string): string => new URLSearchParams(new URL(url).hash.slice(1)).get("token") ?? "";

test("D04: the address in a mail opens only its own order, and its token is in no query", () => {
  const url = linksAt(BOUGHT_MS).urlOf(ORDER);
  expect(new URL(url).search).toBe("");
  const token = tokenIn(url);
  expect(opens(BOUGHT_MS, `Bearer ${token}`)).toBe(true);
  expect(opens(BOUGHT_MS, `Bearer ${token}`, "cs_test_9876543210")).toBe(false);
  for (const wrong of [token, `Basic ${token}`, `Bearer  ${token}`, `Bearer ${token},${token}`, "Bearer "])
    expect(opens(BOUGHT_MS, wrong), wrong).toBe(false);
});

test("M06: the address works for 90 days from the mail, whether that goes out at once, on day 14 or on day 91", () => {
  for (const day of [0, 14, 91, 400]) {
    const mailedMs = BOUGHT_MS + day * DAY_MS + 3_600_000;
    const bearer = `Bearer ${tokenIn(linksAt(mailedMs).urlOf(ORDER))}`;
    expect(opens(mailedMs + 90 * DAY_MS, bearer), `day ${day}`).toBe(true);
    expect(opens(mailedMs + 91 * DAY_MS, bearer), `day ${day}`).toBe(false);
  }
});

test("M06: all attempts at the mail within a day of the purchase carry the same address", () => {
  const url = linksAt(BOUGHT_MS).urlOf(ORDER);
  expect(linksAt(BOUGHT_MS + DAY_MS - 1).urlOf(ORDER)).toBe(url);
  expect(linksAt(BOUGHT_MS + DAY_MS).urlOf(ORDER)).not.toBe(url);
});

test("M07: the link to keep opens its order for a year from when it was shown, and is the same all day", () => {
  const shownMs = BOUGHT_MS + 29 * DAY_MS + 1;
  const { url, goodUntilMs } = linksAt(shownMs).keepsakeOf(ORDER);
  expect(linksAt(shownMs + DAY_MS - 2).keepsakeOf(ORDER).url).toBe(url);
  expect(goodUntilMs).toBe(BOUGHT_MS + (29 + 365 + 1) * DAY_MS);
  expect(new URL(url).search).toBe("");
  expect(opens(goodUntilMs - 1, `Bearer ${tokenIn(url)}`)).toBe(true);
  expect(opens(goodUntilMs, `Bearer ${tokenIn(url)}`)).toBe(false);
});
