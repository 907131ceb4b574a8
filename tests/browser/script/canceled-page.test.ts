import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { openPages } from "./open-pages.ts";

const pages = openPages();

const PAGE = "/canceled.html?session_id=cs_test_1";
const CHECKOUT = "https://checkout.stripe.com/c/pay/cs_test_1";

const answersWith = (state: string, changes: object = {}) => {
  pages.answer = () =>
    Response.json({ state, mode: "payment", items: [], currency: "eur", totalMinor: 3200, ...changes });
};
async function open(path = PAGE): Promise<Page> {
  const page = await pages.newPage();
  await page.goto(path);
  return page;
}
const shows = (page: Page, text: string) => page.getByText(text).waitFor();

test("claims nothing about the order before the server has answered", async () => {
  const page = await open();
  await shows(page, "You left the checkout");
  expect(await page.locator("main").innerText()).not.toContain("Nothing was charged");
});

test("leads back to the same Checkout while it is open", async () => {
  answersWith("open", { checkoutUrl: CHECKOUT });
  const page = await open();
  await shows(page, "Nothing was charged.");
  await page.getByRole("link", { name: "Return to checkout" }).click();
  await page.waitForURL(CHECKOUT);
});

test.each(["javascript:document.title=1", "http://evil.example/", "", undefined])(
  "offers only the shop when the way back would be %s",
  async (checkoutUrl) => {
    answersWith("open", { checkoutUrl });
    const page = await open();
    await shows(page, "You can start again from the shop");
    expect(await page.getByRole("link", { name: "Return to checkout" }).count()).toBe(0);
    expect(await page.getByRole("link", { name: "Back to the shop" }).getAttribute("href")).toBe("/");
  },
);

test.each(["paid", "fulfilled"])("does not call an order canceled that is %s", async (state) => {
  answersWith(state);
  const page = await open();
  await shows(page, "This order is already paid");
  expect(await page.locator("main").innerText()).not.toContain("Nothing was charged");
  await page.getByRole("link", { name: "See your order" }).click();
  await page.waitForURL("**/success.html*");
  await page.getByRole("status").waitFor();
});

test.each([
  ["paid", "This order is already placed"],
  ["fulfilled", "This order is already complete"],
])("F17: does not call a free order paid that is %s", async (state, heading) => {
  answersWith(state, { totalMinor: 0 });
  const page = await open();
  await shows(page, heading);
  await shows(page, "There was nothing to pay");
  expect(await page.locator("main").innerText()).not.toMatch(/paid|payment/i);
});

test("does not say that nothing was charged while a bank debit is on its way", async () => {
  answersWith("awaiting_payment");
  const page = await open();
  await shows(page, "This order is already placed");
  expect(await page.locator("main").innerText()).not.toContain("Nothing was charged");
});

test.each([
  ["expired", "This checkout has expired"],
  ["payment_failed", "The payment did not go through"],
])("explains an order that is %s", async (state, heading) => {
  answersWith(state);
  const page = await open();
  await shows(page, heading);
  await shows(page, "Nothing was charged.");
});

test.each(["/canceled.html", "/canceled.html?session_id={CHECKOUT_SESSION_ID}"])(
  "offers the shop without a request at %s",
  async (path) => {
    const page = await open(path);
    await shows(page, "Nothing was charged. You can start again from the shop");
    expect(pages.received).toEqual([]);
  },
);

test("keeps the sentence that is always true when the server cannot be reached", async () => {
  pages.answer = () => new Response(null, { status: 503 });
  const page = await open();
  await expect.poll(() => pages.received.length, { timeout: 5000 }).toBe(2);
  await shows(page, "Nothing is charged unless you finish paying.");
});

test("says something sensible without JavaScript", async () => {
  const page = await pages.newPage({ javaScriptEnabled: false });
  await page.goto(PAGE);
  // Playwright's text search skips <noscript>.
  expect(await page.locator("main").innerText()).toContain("Nothing was charged.");
  await page.getByRole("link", { name: "Back to the shop" }).click();
  await page.waitForURL(`${pages.url}/`);
});
