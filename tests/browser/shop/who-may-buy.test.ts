import { createServer } from "node:http";

import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";

import { closeServer, listen } from "../../../cli/dev/listen.ts";
import { openShopInBrowser, pay } from "./open-shop.ts";

/** Another site. It is on this machine, because Chromium does not let pages from elsewhere reach it. */
async function openSite(): Promise<{ url: string; show: (html: string) => void }> {
  let page = "";
  const server = createServer((_, response) => {
    response.writeHead(200, { "Content-Type": "text/html" });
    response.end(`<!doctype html><title>A site</title>${page}`);
  });
  const url = `http://127.0.0.1:${await listen(server, 0)}`;
  afterAll(() => closeServer(server));
  return { url, show: (html) => void (page = html) };
}

const evil = await openSite();
const blog = await openSite();
// The shop itself is at localhost, so 127.0.0.1 is another site.
const shop = openShopInBrowser({ ALLOWED_ORIGINS: blog.url });

const sessions = () => Object.keys(shop.stripe().state().checkoutSessions).length;
const refusals = () => shop.printed().split('"code":"origin_refused"').length - 1;

interface Sender {
  origin: string | undefined;
  site: string | undefined;
}

/** What the browser says about where its purchases come from. */
function watchPurchases(page: Page): Promise<Sender>[] {
  const seen: Promise<Sender>[] = [];
  page.on("request", (request) => {
    if (request.method() !== "POST" || !request.url().endsWith("/api/create-checkout-session")) return;
    const read = async (): Promise<Sender> => {
      const headers = await request.allHeaders();
      return { origin: headers["origin"], site: headers["sec-fetch-site"] };
    };
    seen.push(read());
  });
  return seen;
}

async function openEvilPage(html: string): Promise<Page> {
  evil.show(html);
  const page = await shop.newPage();
  // The browser reports every 403 to the console by itself; here they are wanted.
  page.removeAllListeners("console");
  await page.goto(evil.url);
  return page;
}

test("D09: a form without scripts sells, although the page hides its origin", async () => {
  const page = await shop.newPage({ javaScriptEnabled: false });
  const purchases = watchPurchases(page);
  await page.goto("/");
  await page.getByRole("button", { name: "Buy the poster" }).click();
  await page.waitForURL("**/c/pay/**");
  expect(await Promise.all(purchases)).toEqual([{ origin: "null", site: "same-origin" }]);
});

test("D09: the button sells under the page's own origin", async () => {
  const page = await shop.newPage();
  const purchases = watchPurchases(page);
  await page.goto("/");
  await page.getByRole("button", { name: "Buy the poster" }).click();
  await page.waitForURL("**/c/pay/**");
  expect(await Promise.all(purchases)).toEqual([{ origin: shop.url, site: "same-origin" }]);
});

test.for([
  ["in the open", "", evil.url],
  ["that hides its origin", '<meta name="referrer" content="no-referrer">', "null"],
] as const)(
  "D09: another site's form %s opens no checkout and ends at a page that says so",
  async ([, head, origin]) => {
    const before = sessions();
    const page = await openEvilPage(
      `${head}<form method="post" action="${shop.url}/api/create-checkout-session">
         <input name="price_id" value="price_poster_a2"><button>Win a prize</button></form>`,
    );
    const purchases = watchPurchases(page);
    await page.getByRole("button").click();
    await page.getByText("This shop takes no orders from this page.").waitFor();
    expect(await Promise.all(purchases)).toEqual([{ origin, site: "cross-site" }]);
    expect(sessions()).toBe(before);
  },
);

test("D09 D10: another site's script, however it sends, opens no checkout and reads no answer", async () => {
  const before = { sessions: sessions(), refusals: refusals() };
  const page = await openEvilPage("");
  const read = await page.evaluate(async (endpoint) => {
    const json = '{"price_id":"price_poster_a2"}';
    const form = new URLSearchParams({ price_id: "price_poster_a2" });
    const attempts: RequestInit[] = [
      { headers: { "Content-Type": "application/json" }, body: json },
      { headers: { "Content-Type": "text/plain" }, body: json },
      { body: form },
      { body: form, mode: "no-cors" },
      { body: form, referrerPolicy: "no-referrer" },
    ];
    const texts: string[] = [];
    for (const attempt of attempts) {
      const answer = await fetch(endpoint, { method: "POST", ...attempt }).catch(() => undefined);
      texts.push((await answer?.text()) ?? "");
    }
    navigator.sendBeacon(endpoint, form);
    return texts;
  }, `${shop.url}/api/create-checkout-session`);

  expect(read).toEqual(["", "", "", "", ""]);
  // JSON stops at its preflight; all others reach the shop.
  await expect.poll(() => refusals() - before.refusals).toBe(5);
  expect(sessions()).toBe(before.sessions);
});

test("D10: the button on a page that ALLOWED_ORIGINS names sells, through the browser's own CORS checks", async () => {
  blog.show(`<button class="stripe-checkout-btn" data-price-id="price_poster_a2">Buy</button>
    <script src="${shop.url}/js/stripe-checkout.js" data-endpoint="${shop.url}/api/create-checkout-session" defer></script>`);
  const page = await shop.newPage();
  const purchases = watchPurchases(page);
  await page.goto(blog.url);
  await page.getByRole("button").click();
  await page.waitForURL("**/c/pay/**");
  expect(await Promise.all(purchases)).toEqual([{ origin: blog.url, site: "cross-site" }]);
});

test("M03: a buyer on the blog gets the file after paying, by way of the shop", async () => {
  blog.show(`<button class="stripe-checkout-btn" data-price-id="price_ebook_tides">Buy</button>
    <script src="${shop.url}/js/stripe-checkout.js" data-endpoint="${shop.url}/api/create-checkout-session" defer></script>`);
  const page = await shop.newPage();
  const passed: string[] = [];
  page.on("request", (request) => passed.push(new URL(request.url()).pathname));
  await page.goto(blog.url);
  await page.getByRole("button").click();
  await pay(page);
  await page.getByRole("heading", { level: 1, name: /your order is complete/ }).waitFor();
  await page.locator("#order-delivery-list a").first().waitFor();
  expect(passed).toContain("/api/open-checkout");
});

test.for([
  ["the button", {}],
  ["a form without scripts", { javaScriptEnabled: false }],
] as const)(
  "M01 M02: at another name of the shop %s sells, and the order page at SITE_URL knows the buyer",
  async ([, options]) => {
    // Chromium resolves any name under localhost to this machine; the shop does not know this one.
    const other = shop.url.replace("localhost", "shop.localhost");
    const page = await shop.newPage(options);
    const purchases = watchPurchases(page);
    await page.goto(`${other}/`);
    await page.getByRole("button", { name: "Buy the poster" }).click();
    await pay(page);
    await page.waitForURL(`${shop.url}/success.html**`);
    expect(await Promise.all(purchases)).toMatchObject([{ site: "same-origin" }]);
    const sessionId = /cs_test_\w+/.exec(page.url())?.[0] ?? "";
    const answer = await page.request.get(`${shop.url}/api/order-status?session_id=${sessionId}`);
    expect(await answer.json()).toMatchObject({ personal: { email: "a…@buyer.example" } });
  },
);
