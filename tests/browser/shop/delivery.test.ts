import { readFile } from "node:fs/promises";

import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { CANARY_BUYER } from "../../support/canaries.ts";
import { openShopInBrowser, pay, sessionIdOf } from "./open-shop.ts";

const shop = openShopInBrowser();

const headline = (page: Page, name: RegExp | string) =>
  page.getByRole("heading", { level: 1, name }).waitFor();
const ready = (page: Page) => page.getByRole("region", { name: "Ready for you" });
const rows = (page: Page) => ready(page).getByRole("listitem");

async function buy(page: Page, product: string): Promise<void> {
  await page.goto("/");
  await page.locator(`[data-price-id="${product}"]`).click();
  await pay(page);
  await page.waitForURL("**/success.html*");
}

async function refund(sessionId: string): Promise<void> {
  const stripe = shop.stripe();
  stripe.account.refund(String(stripe.state().checkoutSessions[sessionId]?.payment_intent));
  await expect.poll(async () => (await shop.readOrder(sessionId))?.control.mirror.fullyRefunded).toBe(true);
}

const privateFile = (name: string) => readFile(new URL(`../../../private/${name}`, import.meta.url));

test("files: buy, download the exact bytes, resume a broken download; a refund closes the link and the page says so", async () => {
  const page = await shop.newPage();
  await buy(page, "price_ebook_tides");
  await headline(page, /your order is complete/);
  await expect.poll(() => rows(page).count()).toBe(2);

  for (const [label, name] of [
    ["The Tide Reader (EPUB)", "the-tide-reader.epub"],
    ["The Tide Reader (PDF)", "the-tide-reader.pdf"],
  ] as const) {
    const coming = page.waitForEvent("download");
    await page.getByRole("link", { name: `Download ${label}` }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe(name);
    expect((await readFile(await download.path())).equals(await privateFile(name))).toBe(true);
  }

  const url = (await rows(page).getByRole("link").last().getAttribute("href")) ?? "";
  const rest = await page.request.get(url, { headers: { Range: "bytes=20000-" } });
  expect(rest.status()).toBe(206);
  expect((await rest.body()).equals((await privateFile("the-tide-reader.pdf")).subarray(20_000))).toBe(true);

  await refund(sessionIdOf(page));
  await page.reload();
  await headline(page, "Your order was refunded");
  expect(await ready(page).isVisible()).toBe(false);
  expect(await page.locator("#order-steps").isVisible()).toBe(false);
  // The browser reports every 403 to the console by itself; this one is wanted.
  page.removeAllListeners("console");
  await page.goto(url);
  await headline(page, "This download is closed");
  await page.getByRole("link", { name: "hello@example.com" }).waitFor();
});

test("D04: in another browser the page's address shows no download", async () => {
  const page = await shop.newPage();
  await buy(page, "price_ebook_tides");
  await rows(page).first().waitFor();
  const stranger = await shop.newPage();
  await stranger.goto(page.url());
  await headline(stranger, /your order is complete/);
  await stranger.locator("#order-total").waitFor();
  expect(await ready(stranger).isVisible()).toBe(false);
  expect(await stranger.content()).not.toContain("/api/download?token=");
});

test("a license key: shown, copied, valid; a refund revokes it and removes it from the page", async () => {
  const page = await shop.newPage({ permissions: ["clipboard-read", "clipboard-write"] });
  await buy(page, "price_app_license");
  await headline(page, /your order is complete/);
  const key = await rows(page).locator("code").innerText();
  await page.getByRole("button", { name: "Copy the license key for Ebb for Mac" }).click();
  await page.locator("#order-announcement", { hasText: "Copied" }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key);

  const standing = async () =>
    (await page.request.post("/api/license", { data: { key } })).json() as Promise<Record<string, unknown>>;
  expect(await standing()).toMatchObject({ status: "valid" });
  await refund(sessionIdOf(page));
  await page.reload();
  await headline(page, "Your order was refunded");
  expect(await page.content()).not.toContain(key);
});

test("a subscription's link is shown while the subscription lasts", async () => {
  const page = await shop.newPage();
  await buy(page, "price_almanac_monthly");
  await headline(page, /your subscription has started/);
  const link = page.getByRole("link", { name: "Open Read this month's issue online" });
  expect(await link.getAttribute("href")).toBe("https://example.com/almanac");

  const sessionId = sessionIdOf(page);
  const stripe = shop.stripe();
  stripe.account.cancelSubscription(String(stripe.state().checkoutSessions[sessionId]?.subscription));
  await expect
    .poll(async () => (await shop.readOrder(sessionId))?.control.mirror.subscription)
    .toBe("canceled");
  await page.reload();
  await headline(page, "This subscription has ended");
  expect(await ready(page).isVisible()).toBe(false);
});

test("a text is shown once the bank debit has arrived, and the steps fill up", async () => {
  const page = await shop.newPage();
  const steps = () =>
    page
      .locator("#order-steps li")
      .evaluateAll((items: HTMLElement[]) => items.map((item) => item.dataset["step"]));
  await page.goto("/");
  await page.locator('[data-price-id="price_print_deposit"]').click();
  await page.waitForURL("**/c/pay/**");
  await page.getByLabel("Email").fill(CANARY_BUYER.email);
  await page.getByLabel(/pays later: succeeds/).check();
  await page.getByLabel("Name on card or account").fill(CANARY_BUYER.name);
  await page.locator("button.pay").click();
  await headline(page, /your order is placed/);
  await expect.poll(steps).toEqual(["done", "current", "ahead"]);
  expect(await ready(page).isVisible()).toBe(false);

  shop.stripe().account.settleDelayed(sessionIdOf(page));
  await headline(page, /your order is complete/);
  expect(await steps()).toEqual(["done", "done", "done"]);
  expect(await rows(page).innerText()).toMatch(/the blue door\. We begin at ten/);
});

test("a parcel: an order without digital deliveries has no list", async () => {
  const page = await shop.newPage();
  await buy(page, "price_poster_a2");
  await headline(page, /we will send it to you/);
  expect(await ready(page).isVisible()).toBe(false);
});

test("the order page fits 320 px, and prints keys without buttons", async () => {
  const page = await shop.newPage({ viewport: { width: 320, height: 640 } });
  await buy(page, "price_app_license");
  await rows(page).first().waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await page.emulateMedia({ media: "print" });
  expect(await rows(page).locator("code").isVisible()).toBe(true);
  expect(await rows(page).locator("button").isVisible()).toBe(false);
});
