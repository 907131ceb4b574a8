import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";

import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { CANARY_BUYER } from "../../support/canaries.ts";
import { openShopInBrowser, pay, sessionIdOf } from "./open-shop.ts";

const shop = openShopInBrowser();

/** Buys in the shop, as a buyer does, and ends on the order's page behind the counter. */
async function buy(page: Page, product: string): Promise<string> {
  await page.goto("/");
  await page.locator(`.stripe-checkout-btn[data-price-id="${product}"]`).click();
  await pay(page);
  await page
    .getByRole("heading", {
      level: 1,
      name: /order is complete|subscription has started|will send it to you/,
    })
    .waitFor();
  const sessionId = sessionIdOf(page);
  await page.goto(`/__dev/orders/${sessionId}`);
  return sessionId;
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const inShop = (page: Page) => page.getByRole("region", { name: "In the shop" });
const shopSays = (page: Page, fact: RegExp) =>
  expect.poll(() => inShop(page).innerText(), { timeout: 10_000 }).toMatch(fact);

test("a purchase is a mail in the inbox: as a mail program shows it, on a phone, as text, and with its headers", async () => {
  const page = await shop.newPage();
  await buy(page, "price_poster_a2");
  await page.getByRole("link", { name: "Inbox" }).click();
  await page
    .getByRole("link", { name: new RegExp(`to ${CANARY_BUYER.email}`) })
    .first()
    .click();
  const mail = page.frameLocator("iframe");
  await mail.getByRole("heading", { name: "Thank you for your order" }).waitFor();
  expect(await mail.locator("body").innerText()).toMatch(/Tide chart poster, A2\s+€32\.00/);

  await page.getByRole("link", { name: "Phone" }).click();
  await mail.getByRole("heading").first().waitFor();
  const [width, needed] = await mail.locator("html").evaluate((html) => [html.clientWidth, html.scrollWidth]);
  expect(width).toBeLessThanOrEqual(375);
  expect(needed).toBe(width);

  await page.getByRole("link", { name: "Text" }).click();
  expect(await page.locator("pre").innerText()).toContain("1 × Tide chart poster, A2  €32.00");
  await page.getByRole("link", { name: "Headers" }).click();
  expect(await page.getByRole("row", { name: /^Message-ID/i }).innerText()).toContain("<mail.cs_test_");
  await page.getByRole("link", { name: "Source" }).click();
  expect(await page.locator("pre").innerText()).toContain(`Delivered-To: ${CANARY_BUYER.email}`);
});

test("the mail's button leads to the order's page in a tab of its own", async () => {
  const page = await shop.newPage();
  const sessionId = await buy(page, "price_ebook_tides");
  await page.getByRole("link", { name: /^Mail: Your order/ }).click();
  const opening = page.waitForEvent("popup");
  await page.frameLocator("iframe").getByRole("link", { name: "See your order" }).click();
  const order = await opening;
  await order.getByRole("heading", { level: 1, name: /order is complete/ }).waitFor();
  expect(order.url()).toContain(sessionId);
});

test("an open inbox shows a new mail by itself", async () => {
  const inbox = await shop.newPage();
  await inbox.goto("/__dev/inbox");
  const before = await inbox.locator(".row").count();
  await buy(await shop.newPage(), "price_app_license");
  await expect.poll(() => inbox.locator(".row").count(), { timeout: 10_000 }).toBe(before + 1);
});

test("D24: nothing in a mail runs, and its frame cannot reach the page around it", async () => {
  const page = await shop.newPage();
  await buy(page, "price_ebook_tides");
  await page.getByRole("link", { name: /^Mail: Your order/ }).click();
  const frame = page.locator("iframe");
  expect(await frame.getAttribute("sandbox")).not.toMatch(/allow-(?:scripts|same-origin)/);
  const body = await fetch(new URL(`${new URL(page.url()).pathname}/body`, shop.url));
  expect(body.headers.get("content-security-policy")).toMatch(/^sandbox .*default-src 'none'/);
});

test("the timeline has what the shop noted down, oldest first, and the facts say how often a file was fetched", async () => {
  const page = await shop.newPage();
  const sessionId = await buy(page, "price_ebook_tides");
  const moments = async () => (await page.locator(".timeline li").allInnerTexts()).map(whatOf);
  await expect.poll(moments).toContain("Mail: Your order at Low Tide");
  const told = (await moments()).filter((what) => /^Shop|^Mail|session\.completed/.test(what));
  expect(told).toEqual([
    "checkout.session.completed",
    "Shop: order recorded as paid",
    "Mail: Your order at Low Tide",
  ]);
  expect(await inShop(page).innerText()).not.toContain("Downloaded");

  await page.goto(`/success.html?session_id=${sessionId}`);
  const link = page.getByRole("link", { name: "Download The Tide Reader (EPUB)" });
  for (let time = 0; time < 3; time += 1)
    expect((await page.request.get((await link.getAttribute("href")) ?? "")).status()).toBe(200);
  await page.getByRole("button", { name: "Send the mail again" }).click();
  await page.getByText(/^Sent\./).waitFor();
  await page.goto(`/__dev/orders/${sessionId}`);
  await shopSays(page, /Downloaded\s+The Tide Reader \(EPUB\), 3 times, last at \d\d:\d\d/);
  expect(await moments()).toContain("Shop: mail sent again, at the buyer’s wish");
});

/** The moment's text, without its time and its buttons. */
function whatOf(moment: string): string {
  return (
    moment
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")[1] ?? ""
  );
}

test("refund in part, in full, and a refund that fails: the shop follows", async () => {
  const page = await shop.newPage();
  await buy(page, "price_poster_a2");
  await page.getByLabel("Amount in EUR").fill("12.50");
  await press(page, "Refund");
  await shopSays(page, /Refunded\s+€12\.50/);
  await press(page, "Refund");
  await shopSays(page, /Refunded\s+€36\.90/);
  await page
    .getByRole("group", { name: /Refund of €24\.40/ })
    .getByRole("button")
    .click();
  await shopSays(page, /Refunded\s+€12\.50/);
});

test("an invalid amount, or more than was paid, is refused with a sentence", async () => {
  const page = await shop.newPage();
  await buy(page, "price_poster_a2");
  await page.getByLabel("Amount in EUR").fill("a lot");
  // The browser reports every 409 to the console by itself; this one is wanted.
  page.removeAllListeners("console");
  await press(page, "Refund");
  await page.getByRole("alert").getByText("“a lot” is not an amount. Write it as 12.50.").waitFor();
  await page.getByLabel("Amount in EUR").fill("36.91");
  await press(page, "Refund");
  await page.getByRole("alert").getByText("Only €36.90 is left to refund.").waitFor();
});

test("a dispute is won, another one is lost; an inquiry is closed, or becomes a dispute", async () => {
  const page = await shop.newPage();
  await buy(page, "price_poster_a2");
  await press(page, "Dispute it");
  await shopSays(page, /Dispute\s+open/);
  await press(page, "Send evidence");
  await press(page, "Win");
  await shopSays(page, /Dispute\s+won/);

  await buy(page, "price_poster_a2");
  await press(page, "Inquiry");
  await shopSays(page, /Dispute\s+inquiry/);
  await press(page, "It becomes a dispute");
  await press(page, "Lose");
  await shopSays(page, /Dispute\s+lost/);

  await buy(page, "price_poster_a2");
  await press(page, "Inquiry");
  await press(page, "Close the inquiry");
  await shopSays(page, /Dispute\s+won/);
});

test("a subscription renews, fails to, is paid after all, fails for good", async () => {
  const page = await shop.newPage();
  await buy(page, "price_almanac_monthly");
  await press(page, "Renew");
  await page.getByText("invoice.paid").nth(1).waitFor();
  await press(page, "A renewal fails");
  await shopSays(page, /Subscription\s+past due/);
  await press(page, "Pay what is owed");
  await shopSays(page, /Subscription\s+active/);
  await press(page, "The last try fails");
  await shopSays(page, /Subscription\s+canceled/);
});

test("a checkout expires, and the bank answers a debit", async () => {
  const page = await shop.newPage();
  await page.goto("/");
  await page.locator('.stripe-checkout-btn[data-price-id="price_ebook_tides"]').click();
  await page.waitForURL("**/c/pay/**");
  await page.goto(`/__dev/orders/${sessionIdOf(page)}`);
  await press(page, "Let it expire");
  await page.getByText("checkout.session.expired").waitFor();

  await page.goto("/");
  await page.locator('.stripe-checkout-btn[data-price-id="price_print_deposit"]').click();
  await page.waitForURL("**/c/pay/**");
  const sessionId = sessionIdOf(page);
  shop.stripe().buyer.pay(sessionId, { delayed: "succeeds" });
  await page.goto(`/__dev/orders/${sessionId}`);
  await press(page, "The bank pays");
  await shopSays(page, /State\s+fulfilled/);
});

test("a lost webhook is shown, and sending it again does nothing twice", async () => {
  const page = await shop.newPage();
  await page.goto("/__dev");
  await press(page, "Lose every one");
  await page.goto("/");
  await page.locator('.stripe-checkout-btn[data-price-id="price_ebook_tides"]').click();
  await page.waitForURL("**/c/pay/**");
  const sessionId = sessionIdOf(page);
  shop.stripe().buyer.pay(sessionId, { email: "grace@example.com" });
  await shop.stripe().deliveriesSettled();
  await page.goto(`/__dev/orders/${sessionId}`);
  await page.getByText("dropped on purpose").first().waitFor();
  expect(await inShop(page).innerText()).toContain("The shop has not heard of it.");

  await page.goto("/__dev");
  await press(page, "Lose every one");
  await page.goto(`/__dev/orders/${sessionId}`);
  const completed = page.getByRole("listitem").filter({ hasText: "checkout.session.completed" });
  for (let time = 0; time < 2; time += 1) {
    await completed.getByRole("button", { name: "Send again" }).click();
    await shopSays(page, /State\s+fulfilled/);
  }
  expect(await page.getByRole("link", { name: /^Mail:/ }).count()).toBe(1);
});

test("an order needs attention after the mail server refuses, and says why", async () => {
  const page = await shop.newPage();
  await page.goto("/__dev/inbox");
  await press(page, "It says “no such mailbox”");
  await page.goto("/");
  await page.locator('.stripe-checkout-btn[data-price-id="price_ebook_tides"]').click();
  await page.waitForURL("**/c/pay/**");
  const sessionId = sessionIdOf(page);
  shop.stripe().buyer.pay(sessionId);
  await page.goto(`/__dev/orders/${sessionId}`);
  await shopSays(page, /State\s+needs attention/);
  await shopSays(
    page,
    /Last error\s+mail: NonRetriableError: The mail server refused the buyer's address: 550/,
  );
  await page.goto("/__dev/inbox");
  await press(page, "It takes every mail");
});

test("everything works without JavaScript, too", async () => {
  const page = await shop.newPage({ javaScriptEnabled: false });
  await page.goto("/__dev");
  await page.locator(".row").first().click();
  await page.getByRole("heading", { name: "What happened" }).waitFor();
  await page.goto("/__dev/inbox");
  await page.locator(".row").first().click();
  await page.frameLocator("iframe").getByRole("heading").first().waitFor();
});

test("every page behind the counter fits a phone of 320 px", async () => {
  const page = await shop.newPage({ viewport: { width: 320, height: 640 } });
  const sessionId = await buy(page, "price_poster_a2");
  for (const path of ["/__dev", "/__dev/inbox", `/__dev/orders/${sessionId}`]) {
    await page.goto(path);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, path).toBe(0);
  }
});

test.for([
  ["another site's page that posts a form", { method: "POST", headers: { "Sec-Fetch-Site": "cross-site" } }],
  ["a form from an unknown place", { method: "POST", headers: { Origin: "https://evil.example" } }],
  ["another site's page that reads", { method: "GET", headers: { "Sec-Fetch-Site": "cross-site" } }],
] as const)("E05: %s gets 403", async ([, { method, headers }]) => {
  for (const path of ["/__dev/webhooks", "/__dev/inbox/empty", "/__dev/inbox"]) {
    const response = await fetch(new URL(path, shop.url), { method, headers });
    expect(response.status, path).toBe(403);
  }
});

test("E05: a foreign host name that leads to this machine gets 403", async () => {
  const { port } = new URL(shop.url);
  const request = get({
    host: "127.0.0.1",
    port,
    path: "/__dev/inbox",
    headers: { Host: `evil.example:${port}` },
  });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(403);
});

test("the API's page opens each route, fits a phone, and breaks no policy", async () => {
  const page = await shop.newPage({ viewport: { width: 390, height: 844 } });
  await page.goto("/__dev");
  await page.getByRole("link", { name: "API", exact: true }).click();
  await page.getByText("Says whether a license key is valid").click();
  expect(await page.locator("#license").innerText()).toMatch(
    /It answers\s+200 [\s\S]*status[\s\S]*"valid" \| "revoked" \| "unknown"/,
  );
  await page.locator("details").evaluateAll((all) => {
    for (const one of all) one.setAttribute("open", "");
  });
  const [width, needed] = await page.locator("html").evaluate((html) => [html.clientWidth, html.scrollWidth]);
  expect(needed).toBe(width);
  await page.getByRole("link", { name: "OpenAPI document" }).click();
  expect(new URL(page.url()).pathname).toBe("/__dev/api-docs/openapi.json");
});
