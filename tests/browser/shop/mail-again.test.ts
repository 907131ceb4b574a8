import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { openShopInBrowser, pay, sessionIdOf } from "./open-shop.ts";

const shop = openShopInBrowser();

const button = (page: Page) => page.locator("#order-mail-again button");
const said = (page: Page) => page.locator('#order-mail-again [role="status"]');
const mails = () => shop.printed().split('Mail "Your order at').length - 1;

async function buy(): Promise<Page> {
  const page = await shop.newPage();
  await page.goto("/");
  await page.locator('[data-price-id="price_ebook_tides"]').click();
  await pay(page);
  await page.getByRole("heading", { level: 1, name: /your order is complete/ }).waitFor();
  return page;
}

test("the buyer has the mail sent again by keyboard, three times; the fourth time the page says why not; a printed page has no button", async () => {
  const page = await buy();
  await expect.poll(() => button(page).innerText()).toBe("Send the mail again");
  expect(mails()).toBe(1);
  await button(page).focus();
  for (const count of [2, 3, 4]) {
    await page.keyboard.press("Enter");
    await expect.poll(mails).toBe(count);
    await said(page).filter({ hasText: "Sent." }).waitFor();
    expect(await button(page).innerText()).toBe("Send the mail again");
    expect(await button(page).evaluate((element) => element === document.activeElement)).toBe(true);
  }
  // The browser reports every 429 to the console by itself; this one is wanted.
  page.removeAllListeners("console");
  await page.keyboard.press("Enter");
  await said(page).filter({ hasText: "several times today" }).waitFor();
  expect(mails()).toBe(4);

  await page.emulateMedia({ media: "print" });
  expect(await button(page).isVisible()).toBe(false);
  expect(await said(page).isVisible()).toBe(false);
});

test("while the mail is on its way the button says so, and takes no second press; without a connection the page says that", async () => {
  const page = await buy();
  await button(page).waitFor();
  let asked = 0;
  let letGo = (): void => undefined;
  await page.route("**/api/resend-mail", async (route) => {
    asked += 1;
    await new Promise<void>((resolve) => (letGo = resolve));
    await route.abort();
  });
  page.removeAllListeners("console");
  await button(page).click();
  await page.locator('#order-mail-again [aria-busy="true"]', { hasText: "Sending…" }).waitFor();
  await page.keyboard.press("Enter");
  await expect.poll(() => asked).toBe(1);
  letGo();
  await said(page).filter({ hasText: "No connection, try again." }).waitFor();
  expect(asked).toBe(1);
});

test("M08 M10: another browser is told of the mail and can have it sent again, to the buyer; after a refund no page has such a button", async () => {
  const page = await buy();
  await button(page).waitFor();
  const stranger = await shop.newPage();
  await stranger.goto(page.url());
  await stranger.getByRole("heading", { level: 1, name: /your order is complete/ }).waitFor();
  await stranger.locator('[data-way-back="mail"]', { hasText: "given at checkout (a…)" }).waitFor();
  const before = mails();
  await button(stranger).click();
  await said(stranger).filter({ hasText: "Sent." }).waitFor();
  expect(mails()).toBe(before + 1);

  const sessionId = sessionIdOf(page);
  const stripe = shop.stripe();
  stripe.account.refund(String(stripe.state().checkoutSessions[sessionId]?.payment_intent));
  await expect.poll(async () => (await shop.readOrder(sessionId))?.control.mirror.fullyRefunded).toBe(true);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Your order was refunded" }).waitFor();
  await page.locator('[data-personal="email"]').waitFor();
  expect(await button(page).isVisible()).toBe(false);
  await stranger.reload();
  await stranger.getByRole("heading", { level: 1, name: "This order is no longer valid" }).waitFor();
  expect(await button(stranger).isVisible()).toBe(false);
  expect(await stranger.locator("[data-way-back]:visible").count()).toBe(0);
});
