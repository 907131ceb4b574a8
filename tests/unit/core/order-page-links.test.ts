import { expect, test } from "vitest";

import { createOrderPageLinks } from "../../../core/claims/order-page-links.ts";
import { createSigner } from "../../../core/signing/signer.ts";

const BOUGHT_MS = Date.UTC(2031, 0, 1);
const DAY_MS = 24 * 3_600_000;
const ORDER = { orderId: "cs_test_0123456789", createdMs: BOUGHT_MS };

const linksAt = (nowMs: number) =>
  createOrderPageLinks(
    createSigner(["secret"], "order-page", () => nowMs),
    "https://shop.example",
  );

function opens(nowMs: number, authorization: string, orderId = ORDER.orderId): boolean {
  const headers = { Authorization: authorization };
  return linksAt(nowMs).opens(new Request("https://shop.example/", { headers }), orderId);
}

test("D04: the address in a mail is the same whenever it is made, and opens its order for 90 days from the purchase", () => {
  const url = linksAt(BOUGHT_MS).urlOf(ORDER);
  expect(linksAt(BOUGHT_MS + 80 * DAY_MS).urlOf(ORDER)).toBe(url);
  expect(new URL(url).search).toBe("");
  const token = new URLSearchParams(new URL(url).hash.slice(1)).get("token") ?? "";
  expect(opens(BOUGHT_MS, `Bearer ${token}`)).toBe(true);
  expect(opens(BOUGHT_MS + 90 * DAY_MS - 1, `Bearer ${token}`)).toBe(true);
  expect(opens(BOUGHT_MS + 90 * DAY_MS, `Bearer ${token}`)).toBe(false);
  expect(opens(BOUGHT_MS, `Bearer ${token}`, "cs_test_9876543210")).toBe(false);
  for (const wrong of [token, `Basic ${token}`, `Bearer  ${token}`, `Bearer ${token},${token}`, "Bearer "])
    expect(opens(BOUGHT_MS, wrong), wrong).toBe(false);
});
