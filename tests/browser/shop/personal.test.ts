import { createServer } from "node:http";

import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { createClaimCookies } from "../../../core/auth/claim-cookies.ts";
import { createOrderPageLinks } from "../../../core/auth/order-page-links.ts";
import { createSigner } from "../../../core/auth/signer.ts";
import { closeServer, listen } from "../../../cli/dev/listen.ts";
import { openShopInBrowser, pay, sessionIdOf } from "./open-shop.ts";

const shop = openShopInBrowser();

async function buy(page: Page, product: string): Promise<void> {
  await page.goto("/");
  await page.locator(`[data-price-id="${product}"]`).click();
  await pay(page);
}
const complete = (page: Page) =>
  page.getByRole("heading", { level: 1, name: /your order is complete|we will send it to you/ }).waitFor();
const personal = (page: Page) => page.locator('[data-personal="email"]');

test("D04: the browser that bought sees its masked mail address and Stripe's receipt; the same address elsewhere shows neither", async () => {
  const page = await shop.newPage();
  await buy(page, "price_ebook_tides");
  await complete(page);
  await expect
    .poll(() => personal(page).innerText())
    .toBe("Ordered with the e-mail address a…@buyer.example.");
  const receipt = page.getByRole("link", { name: "Receipt for your payment" });
  expect(await receipt.getAttribute("href")).toContain("/c/receipts/ch_");
  await page.reload();
  await personal(page).waitFor();

  const stranger = await shop.newPage();
  await stranger.goto(page.url());
  await complete(stranger);
  expect(await stranger.locator("#order-items").innerText()).toContain("The Tide Reader");
  expect(await personal(stranger).isVisible()).toBe(false);
  expect(await stranger.locator("main").innerText()).not.toMatch(/@buyer\.example|Receipt/);
});

test("D04: two tabs that buy at once each remain the buyer of their own order, and no script can read the proof", async () => {
  const page = await shop.newPage();
  const second = await page.context().newPage();
  await Promise.all([page.goto("/"), second.goto("/")]);
  await Promise.all([
    page.locator('[data-price-id="price_ebook_tides"]').click(),
    second.locator('[data-price-id="price_poster_a2"]').click(),
  ]);
  await pay(page);
  await pay(second);
  for (const tab of [page, second]) {
    await complete(tab);
    await personal(tab).waitFor();
    expect(await tab.evaluate(() => document.cookie)).toBe("");
  }
});

test("D04: without JavaScript the form makes its browser the buyer, too", async () => {
  const page = await shop.newPage({ javaScriptEnabled: false });
  await page.goto("/");
  await page.getByRole("button", { name: "Buy the poster" }).click();
  await pay(page);
  await page.waitForURL("**/success.html?session_id=*");
  const answer = await page.request.get(`/api/order-status?session_id=${sessionIdOf(page)}`);
  expect(await answer.json()).toMatchObject({ personal: { email: "a…@buyer.example" } });
});

test("D04: the link for mails shows the whole order in any browser, and its token is in no request's address", async () => {
  const buyer = await shop.newPage();
  await buy(buyer, "price_ebook_tides");
  await complete(buyer);
  // The shop of these tests signs with the simulated Stripe's key.
  const signer = createSigner(["sk_test_simulated"], "order-page", Date.now);
  const link = createOrderPageLinks(signer, shop.url, Date.now).urlOf({
    orderId: sessionIdOf(buyer),
    createdMs: Date.now(),
  });

  const page = await shop.newPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(link);
  await personal(page).waitFor();
  await page.reload();
  await personal(page).waitFor();
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get("token") ?? "";
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.filter((url) => url.includes(token) && !url.includes("#"))).toEqual([]);
});

test("a browser keeps the cookie as a deployed site sets it, and sends it to all of its paths", async () => {
  const claims = createClaimCookies(
    createSigner(["secret"], "claim-cookie", Date.now),
    "https://s.example",
    Date.now,
  );
  const received: (string | undefined)[] = [];
  // Chromium treats http://localhost like https: https://www.w3.org/TR/secure-contexts/#localhost
  const server = createServer((incoming, outgoing) => {
    received.push(incoming.headers.cookie);
    const [cookie = ""] = claims.claim(new Request("https://s.example/"), "cs_test_0123456789");
    if (incoming.url === "/api/set") outgoing.setHeader("Set-Cookie", cookie);
    outgoing.end("<!doctype html><link rel=icon href=data:,>");
  });
  const port = await listen(server, 0);
  try {
    const page = await shop.newPage();
    await page.goto(`http://localhost:${port}/api/set`);
    await page.goto(`http://localhost:${port}/success.html`);
    expect(received.at(-1)).toMatch(/^__Host-order_[\w-]{16}=/);
    const request = new Request("https://s.example/", { headers: { Cookie: received.at(-1) ?? "" } });
    expect(claims.holds(request, "cs_test_0123456789")).toBe(true);
  } finally {
    await closeServer(server);
  }
});
