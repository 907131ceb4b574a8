import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { openPages } from "./open-pages.ts";

const pages = openPages();

const PAGE = "/success.html?session_id=cs_test_1";
const DOWNLOAD = { kind: "download", name: "Guide", url: "https://shop.example/api/download?token=a" };
const KEY = { kind: "license", name: "Ebb", key: "EBB-1" };

function answersWith(personal: object | undefined, changes: object = {}): void {
  pages.answer = () =>
    Response.json({
      state: "fulfilled",
      mode: "payment",
      items: [],
      currency: "eur",
      totalMinor: 0,
      ...changes,
      ...(personal && { personal }),
    });
}

async function open(): Promise<Page> {
  const page = await pages.newPage();
  await page.goto(PAGE);
  await page.locator('#order:not([data-state="waiting"])').waitFor();
  return page;
}
const list = (page: Page) => page.locator("#order-delivery-list");
const region = (page: Page) => page.getByRole("region", { name: "Ready for you" });

test("D05: deliveries are shown as text, and their links lead only to the web", async () => {
  answersWith({
    deliveries: [
      { kind: "text", name: "<b>Hello</b>", text: "one\n<img src=x onerror=document.title=1>" },
      { kind: "link", name: "no web address", url: "javascript:document.title=1" },
      { kind: "download", name: "no address at all", url: "/api/download" },
      { kind: "hologram", name: "from the future" },
    ],
  });
  const page = await open();
  expect(await list(page).getByRole("listitem").count()).toBe(1);
  expect(await list(page).getByRole("heading").innerText()).toBe("<b>Hello</b>");
  expect(await list(page).locator("img, a").count()).toBe(0);
});

test("a page without one of the templates leaves out those items", async () => {
  answersWith({ deliveries: [DOWNLOAD, KEY] });
  const page = await pages.newPage();
  await page.route("**/success.html*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('data-delivery="license"', "") });
  });
  await page.goto(PAGE);
  await page.getByRole("link", { name: "Download Guide" }).waitFor();
  expect(await list(page).getByRole("listitem").count()).toBe(1);
});

test("an answer with new links for the same things leaves the list, and the keyboard's place in it, alone", async () => {
  answersWith({ deliveries: [DOWNLOAD] }, { state: "paid" });
  const page = await open();
  const link = page.getByRole("link", { name: "Download Guide" });
  await link.focus();
  answersWith({ deliveries: [{ ...DOWNLOAD, url: `${DOWNLOAD.url}b` }] });
  await page.getByRole("heading", { name: /is complete/ }).waitFor();
  expect(await link.evaluate((element) => element === document.activeElement)).toBe(true);
});

test("an answer without personal parts removes nothing from the page", async () => {
  answersWith({ deliveries: [DOWNLOAD] }, { state: "paid" });
  const page = await open();
  await region(page).waitFor();
  answersWith(undefined);
  await page.getByRole("heading", { name: /is complete/ }).waitFor();
  expect(await region(page).isVisible()).toBe(true);
});

test("revoked items disappear, and the page says why", async () => {
  answersWith({ deliveries: [DOWNLOAD] }, { state: "paid" });
  const page = await open();
  await region(page).waitFor();
  answersWith({ deliveries: [], revokedBecause: "dispute_lost" }, { revoked: true });
  await page.getByRole("heading", { name: "Your payment was taken back" }).waitFor();
  expect(await region(page).isVisible()).toBe(false);
});

test("an unknown reason has words, too", async () => {
  answersWith({ deliveries: [], revokedBecause: "asteroid" }, { revoked: true });
  await (await open()).getByRole("heading", { name: "This order is no longer valid" }).waitFor();
});

test("a key can be copied by hand where the browser does not copy", async () => {
  answersWith({ deliveries: [KEY] });
  const page = await pages.newPage();
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
  });
  await page.goto(PAGE);
  const button = page.getByRole("button", { name: "Copy the license key for Ebb" });
  await button.click();
  await button.waitFor({ state: "hidden" });
  expect(await list(page).locator("code").innerText()).toBe("EBB-1");
});

test.each([
  ["open", undefined],
  ["awaiting_payment", ["done", "current", "ahead"]],
  ["paid", ["done", "done", "current"]],
  ["fulfilled", ["done", "done", "done"]],
  ["payment_failed", undefined],
  ["expired", undefined],
])("the steps of an order that is %s", async (state, expected) => {
  answersWith(undefined, { state });
  const page = await open();
  const steps = page.locator("#order-steps");
  expect(await steps.isVisible()).toBe(expected !== undefined);
  if (expected === undefined) return;
  const items = steps.locator("li");
  expect(await items.evaluateAll((all: HTMLElement[]) => all.map((item) => item.dataset["step"]))).toEqual(
    expected,
  );
  const current = expected.includes("current") ? 1 : 0;
  expect(await steps.locator('[aria-current="step"]').count()).toBe(current);
});
