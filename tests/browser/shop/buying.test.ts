import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { CANARY_BUYER } from "../../support/canaries.ts";
import { CARDS, fillIn, openShopInBrowser, pay, sessionIdOf } from "./open-shop.ts";

const shop = openShopInBrowser();

const headline = (page: Page, text: RegExp | string) =>
  page.getByRole("heading", { level: 1, name: text }).waitFor();
const sessions = () => Object.keys(shop.stripe().state().checkoutSessions).length;

async function clickBuy(page: Page, product: string): Promise<void> {
  await page.goto("/");
  await page.locator(`[data-price-id="${product}"]`).click();
  await page.waitForURL("**/c/pay/**");
}

test("click, pay, and the success page shows the whole order; it is in the store and the mail in the log", async () => {
  const page = await shop.newPage();
  await page.goto("/");
  await page.getByLabel("Quantity").fill("2");
  await page.getByRole("button", { name: "Buy the poster" }).click();
  await pay(page);
  await headline(page, /we will send it to you/);
  await expect
    .poll(() => page.locator("#order-items").innerText())
    .toMatch(/Tide chart poster, A2\s+2\s+€64\.00/);
  // Includes shipping, once per order.
  expect(await page.locator("#order-total").innerText()).toBe("€68.90");

  const sessionId = sessionIdOf(page);
  expect((await shop.readOrder(sessionId))?.control).toMatchObject({
    state: "fulfilled",
    steps: { mail: { state: "done", attempts: 1 } },
  });
  expect(shop.printed()).toContain('Mail "Your order at Low Tide", shown at http');

  await page.reload();
  await headline(page, /we will send it to you/);
});

test("without JavaScript the form leads to the payment page, and the success page still says what it can", async () => {
  const page = await shop.newPage({ javaScriptEnabled: false });
  await page.goto("/");
  await page.getByLabel("Quantity").fill("3");
  await page.getByRole("button", { name: "Buy the poster" }).click();
  await page.waitForURL("**/c/pay/**");
  expect(await page.locator("body").innerText()).toContain("€96.00");
  await pay(page);
  await page.waitForURL("**/success.html?session_id=*");
  expect(await page.locator("main").innerText()).toMatch(/If you finished paying, your order has reached us/);
  expect((await shop.readOrder(sessionIdOf(page)))?.control.state).toBe("fulfilled");
});

test("without JavaScript a purchase that cannot be made gets a page with a way back", async () => {
  const page = await shop.newPage({ javaScriptEnabled: false });
  await page.goto("/");
  await page
    .locator('input[name="price_id"][value="price_app_license"]')
    .evaluate((input: HTMLInputElement) => {
      input.value = "price_gone";
    });
  // The browser reports every 400 to the console by itself; this one is wanted.
  page.removeAllListeners("console");
  await page.getByRole("button", { name: "Buy a license" }).click();
  await headline(page, "Checkout did not start");
  await page.getByRole("link", { name: "Back to the shop" }).click();
  expect(new URL(page.url()).pathname).toBe("/");
});

test.for([
  [CARDS.declined, "Your card was declined."],
  [CARDS.insufficientFunds, "Your card has insufficient funds."],
] as const)("the card %s is refused with %s, and another one pays", async ([card, message]) => {
  const page = await shop.newPage();
  await clickBuy(page, "price_ebook_tides");
  await pay(page, card);
  await page.getByText(message).waitFor();
  await pay(page);
  await headline(page, /your order is complete/);
});

test("3-D Secure: refused leads back to the payment page, accepted to the order", async () => {
  const page = await shop.newPage();
  await clickBuy(page, "price_app_license");
  await pay(page, CARDS.asksForAuthentication);
  await page.getByRole("button", { name: "Fail authentication" }).click();
  await page.getByText(/unable to authenticate/i).waitFor();
  await pay(page, CARDS.alsoAsksForAuthentication);
  await page.getByRole("button", { name: "Complete authentication" }).click();
  await headline(page, /your order is complete/);
});

test("a bank debit that succeeds is placed at once, and complete when the money arrives", async () => {
  const page = await shop.newPage();
  await clickBuy(page, "price_print_deposit");
  await page.getByLabel("Email").fill(CANARY_BUYER.email);
  await page.getByLabel(/pays later: succeeds/).check();
  await page.getByLabel("Name on card or account").fill(CANARY_BUYER.name);
  await page.locator("button.pay").click();
  await headline(page, /your order is placed/);
  const sessionId = sessionIdOf(page);
  expect((await shop.readOrder(sessionId))?.control).toMatchObject({ state: "awaiting_payment", steps: {} });

  shop.stripe().account.settleDelayed(sessionId);
  await headline(page, /your order is complete/);
});

test("a bank debit that fails is never called paid", async () => {
  const page = await shop.newPage();
  await clickBuy(page, "price_print_deposit");
  await page.getByLabel("Email").fill(CANARY_BUYER.email);
  await page.getByLabel(/pays later: fails/).check();
  await page.getByLabel("Name on card or account").fill(CANARY_BUYER.name);
  await page.locator("button.pay").click();
  await headline(page, /your order is placed/);
  shop.stripe().account.settleDelayed(sessionIdOf(page));
  await headline(page, /did not go through/);
});

test("a subscription starts", async () => {
  const page = await shop.newPage();
  await page.goto("/");
  await page.getByRole("button", { name: "Subscribe" }).click();
  await pay(page);
  await headline(page, /your subscription has started/);
});

test("a double click opens one checkout", async () => {
  const page = await shop.newPage();
  await page.goto("/");
  const before = sessions();
  await page.getByRole("button", { name: "Buy the e-book" }).dblclick();
  await page.waitForURL("**/c/pay/**");
  expect(sessions() - before).toBe(1);
});

test("the buy button works after the back button", async () => {
  const page = await shop.newPage();
  await clickBuy(page, "price_app_license");
  await page.goBack();
  const button = page.getByRole("button", { name: "Buy a license" });
  await button.waitFor();
  expect(await button.getAttribute("aria-busy")).toBeNull();
  await button.click();
  await page.waitForURL("**/c/pay/**");
});

test("buying works with the keyboard alone", async () => {
  const page = await shop.newPage();
  await page.goto("/");
  await page.getByRole("button", { name: "Buy the e-book" }).focus();
  await page.keyboard.press("Enter");
  await fillIn(page);
  await page.keyboard.press("Enter");
  await headline(page, /your order is complete/);
});

test("canceling says that nothing was charged and leads back to the same checkout", async () => {
  const page = await shop.newPage();
  await clickBuy(page, "price_ebook_tides");
  const checkout = page.url();
  await page
    .locator("a", { hasText: /back|cancel|return/i })
    .first()
    .click();
  await page.waitForURL("**/canceled.html?*");
  await page.getByText("Nothing was charged.").waitFor();
  await page.getByRole("link", { name: "Return to checkout" }).click();
  await page.waitForURL(checkout);
});

test("a buyer who pays and closes the tab still gets the order", async () => {
  const page = await shop.newPage();
  await clickBuy(page, "price_ebook_tides");
  const sessionId = sessionIdOf(page);
  await fillIn(page);
  await page.locator("button.pay-and-close").click();
  await expect
    .poll(async () => (await shop.readOrder(sessionId))?.control.state, { timeout: 10_000 })
    .toBe("fulfilled");
});

test("an item that is not for sale says so beside its button", async () => {
  const page = await shop.newPage();
  await page.goto("/");
  const button = page.getByRole("button", { name: "Buy the e-book" });
  await button.evaluate((element: HTMLElement) => {
    element.dataset["priceId"] = "price_gone";
  });
  // The browser reports every 400 to the console by itself; this one is wanted.
  page.removeAllListeners("console");
  await button.click();
  await page
    .locator('.stripe-checkout-btn + [role="alert"]', { hasText: "This item is not for sale at the moment." })
    .waitFor();
  expect(await button.getAttribute("aria-busy")).toBeNull();
});

test("D01, D05: the success page shows nothing of what the address bar says", async () => {
  const page = await shop.newPage();
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  for (const query of ["?session_id=%3Cimg%20src=x%20onerror=alert(1)%3E", "?state=paid&session_id=", ""]) {
    await page.goto(`/success.html${query}`);
    await headline(page, /no order to show|could not find/);
    expect(await page.locator("main").innerText()).not.toMatch(/<img|complete/);
  }
  expect(dialogs).toEqual([]);
});

test("every page fits a phone of 320 px", async () => {
  const page = await shop.newPage({ viewport: { width: 320, height: 640 } });
  const fits = async (): Promise<void> => {
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, page.url()).toBe(0);
  };
  await page.goto("/");
  await fits();
  await clickBuy(page, "price_poster_a2");
  await fits();
  await pay(page);
  await headline(page, /we will send it to you/);
  await fits();
  await page.goto("/canceled.html");
  await headline(page, /left the checkout/);
  await fits();
});
