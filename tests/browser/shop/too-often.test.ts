import { setTimeout as sleep } from "node:timers/promises";

import type { Page } from "playwright-core";
import { beforeEach, expect, test } from "vitest";

import { openShopInBrowser } from "./open-shop.ts";

// All clicks in these tests come from one buyer, who may open one checkout a minute.
const shop = openShopInBrowser({ CHECKOUTS_PER_MINUTE: "1" });
const MESSAGE =
  "There were too many checkout attempts from your connection. Please wait a minute and try again.";

/** Counting restarts with every minute of the clock: a test must not see two of them. */
beforeEach(async () => {
  const leftMs = 60_000 - (Date.now() % 60_000);
  if (leftMs < 15_000) await sleep(leftMs);
}, 30_000);

/** The first click of a minute leads to Stripe's page, the next one is refused. */
async function buyUntilRefused(page: Page): Promise<void> {
  // The browser reports every 429 to the console by itself; this one is wanted.
  page.removeAllListeners("console");
  const message = page.getByText(MESSAGE);
  for (let click = 0; click < 2 && !(await message.isVisible()); click += 1) {
    await page.goto("/");
    await page.getByRole("button", { name: "Buy the poster" }).click();
    await Promise.race([page.waitForURL("**/c/pay/**"), message.waitFor()]);
  }
}

test("D11: a buyer who clicks too often reads next to the button when to try again, and keeps the button", async () => {
  const page = await shop.newPage();
  await buyUntilRefused(page);
  await page.getByRole("alert").filter({ hasText: MESSAGE }).waitFor();
  expect(await page.getByRole("button", { name: "Buy the poster" }).getAttribute("aria-busy")).toBeNull();
  expect(new URL(page.url()).pathname).toBe("/");
});

test("D11: a buyer who clicks too often without scripts gets a page that says when to try again, and a way back", async () => {
  const page = await shop.newPage({ javaScriptEnabled: false });
  await buyUntilRefused(page);
  await page.getByRole("heading", { name: "Checkout did not start" }).waitFor();
  await page.getByText(MESSAGE).waitFor();
  await page.getByRole("link", { name: "Back to the shop" }).click();
  expect(new URL(page.url()).pathname).toBe("/");
});
