import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { openPages, purchases } from "./open-pages.ts";

const pages = openPages();

const CHECKOUT = "https://checkout.stripe.com/c/pay/cs_test_1";
const BUTTON = '<button class="stripe-checkout-btn" data-price-id="price_1">Buy</button>';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const buy = (page: Page) => page.getByRole("button").first().click();
const opensCheckout = () => Response.json({ url: CHECKOUT });
const refuses = (status: number, message = "This item is not for sale.") =>
  Response.json({ error: { code: "refused", message }, requestId: "1" }, { status });

/** Collects the script's events in the page; read them with `eventsOf`. */
async function listen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: unknown[] = [];
    Object.assign(window, { seen });
    for (const name of ["before", "redirect", "error"]) {
      document.addEventListener(`stripe-checkout:${name}`, (event) => {
        const { tagName } = event.target as Element;
        seen.push([name, tagName, (event as CustomEvent).detail]);
      });
    }
  });
}
const eventsOf = (page: Page) => page.evaluate(() => (window as unknown as { seen: unknown[] }).seen);

/** What a browser does to a page that comes out of the back/forward cache. (Playwright switches the real one off.) */
const comeBack = (page: Page) =>
  page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));

const click = (page: Page, init: Record<string, boolean | number>) =>
  page.evaluate((options) => {
    const event = new MouseEvent("click", { bubbles: true, cancelable: true, ...options });
    document.querySelector("button")?.dispatchEvent(event);
    return event.defaultPrevented;
  }, init);

test("a click sends the buyer to Checkout", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(BUTTON);
  await buy(page);
  await page.waitForURL(CHECKOUT);
  const [request] = pages.received.filter(({ method }) => method === "POST");
  expect(request?.path).toBe("/api/create-checkout-session");
  expect(request?.headers.get("Content-Type")).toBe("application/json");
  expect(purchases(pages)).toEqual([
    { body: { price_id: "price_1", quantity: 1 }, key: expect.stringMatching(UUID) },
  ]);
});

test("a button that was added to the page later works, and so does a click on something inside it", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage("");
  await page.evaluate(() => {
    const button = document.createElement("button");
    button.className = "big stripe-checkout-btn";
    button.dataset["priceId"] = "price_late";
    button.append(document.createElement("b"));
    button.firstElementChild?.append("Buy");
    document.body.append(button);
  });
  await page.locator("b").click();
  await page.waitForURL(CHECKOUT);
  expect(purchases(pages)).toMatchObject([{ body: { price_id: "price_late" } }]);
});

test("an element without a price id is left alone", async () => {
  const page = await pages.openPage('<button class="stripe-checkout-btn">Buy</button>');
  expect(await click(page, {})).toBe(false);
  expect(pages.received).toEqual([]);
});

test("the quantity is the button's, else the form's, else one", async () => {
  pages.answer = () => refuses(400);
  const form = (attribute: string) =>
    `<form><input name="quantity" value="4"><button class="stripe-checkout-btn" data-price-id="p" ${attribute}>Buy</button></form>`;
  const page = await pages.openPage(`${form('data-quantity="2"')}${form("")}`);
  await page.getByRole("button").nth(0).click();
  await page.getByRole("alert").waitFor();
  await page.getByRole("button").nth(1).click();
  await expect.poll(() => purchases(pages).length).toBe(2);
  expect(purchases(pages).map(({ body }) => body)).toEqual([
    { price_id: "p", quantity: 2 },
    { price_id: "p", quantity: 4 },
  ]);
});

test("a form around the button is not posted, not even by the Enter key in its fields", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(
    `<form method="post" action="/api/create-checkout-session"><input name="quantity" value="3">${BUTTON}</form>`,
  );
  await page.locator("input").press("Enter");
  await page.waitForURL(CHECKOUT);
  expect(purchases(pages)).toMatchObject([{ body: { price_id: "price_1", quantity: 3 } }]);
});

test("the endpoint can be set on the script tag", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(
    BUTTON,
    '<script src="/js/stripe-checkout.js" data-endpoint="/api/elsewhere" defer></script>',
  );
  await buy(page);
  await page.waitForURL(CHECKOUT);
  expect(new Set(pages.received.map(({ path }) => path))).toEqual(new Set(["/api/elsewhere"]));
});

test.each([{ ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { altKey: true }, { button: 1 }])(
  "a click with %o is left alone",
  async (init) => {
    const page = await pages.openPage(BUTTON);
    expect(await click(page, init)).toBe(false);
    expect(purchases(pages)).toEqual([]);
  },
);

test("a click that somebody has handled is left alone", async () => {
  const page = await pages.openPage(BUTTON);
  await page.evaluate(() => document.addEventListener("click", (event) => event.preventDefault()));
  await buy(page);
  expect(await page.getByRole("button").getAttribute("aria-busy")).toBeNull();
  expect(purchases(pages)).toEqual([]);
});

test("while it is busy, the button looks it, keeps the focus and does nothing more", async () => {
  const page = await pages.openPage(
    '<form action="/api/never"><button class="stripe-checkout-btn" data-price-id="price_1" data-loading-text="One moment…">Buy</button></form>',
  );
  const button = page.getByRole("button");
  await button.press("Enter");
  expect(await button.getAttribute("aria-busy")).toBe("true");
  expect(await button.innerText()).toBe("One moment…");
  await button.press("Enter");
  await button.click();
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(purchases(pages)).toHaveLength(1);
  expect(page.url()).toBe(`${pages.url}/own-page`);
});

test("a button without data-loading-text keeps its label", async () => {
  const page = await pages.openPage(BUTTON);
  await buy(page);
  expect(await page.getByRole("button").innerText()).toBe("Buy");
});

test("what the server says stands next to the button in a live region, as text", async () => {
  pages.answer = () => refuses(400, "Sold out <img src=x onerror=alert(1)>");
  const page = await pages.openPage(`<p>${BUTTON}</p>`);
  await buy(page);
  const alert = page.locator('button + [role="alert"]');
  await expect.poll(() => alert.innerText()).toBe("Sold out <img src=x onerror=alert(1)>");
  expect(await page.locator("img").count()).toBe(0);
});

test("everything is as it was after a failure", async () => {
  pages.answer = () => refuses(503);
  const button =
    '<button class="stripe-checkout-btn" data-price-id="price_1" data-loading-text="One moment…"><svg></svg> <b>Buy</b></button>';
  const page = await pages.openPage(button);
  await page.evaluate(() => Object.assign(window, { icon: document.querySelector("svg") }));
  await buy(page);
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("button").evaluate((element) => element.outerHTML)).toBe(button);
  const isSameIcon = () => document.querySelector("svg") === (window as unknown as { icon: Element }).icon;
  expect(await page.evaluate(isSameIcon)).toBe(true);
});

test("the message goes away with the next click, and follows the buyer to another button", async () => {
  pages.answer = () => refuses(400, `Refused ${purchases(pages).length}`);
  const page = await pages.openPage(BUTTON + BUTTON);
  await buy(page);
  await page.getByText("Refused 1").waitFor();
  pages.answer = () => new Promise((resolve) => setTimeout(resolve, 200, refuses(400, "Refused again")));
  await page.getByRole("button").nth(1).click();
  expect(await page.getByRole("alert").count()).toBe(0);
  await page.locator("button:nth-of-type(2) + [role=alert]", { hasText: "Refused again" }).waitFor();
  expect(await page.getByRole("alert").count()).toBe(1);
});

test("an answer that is not ours is said in our words", async () => {
  pages.answer = () => new Response("<h1>502 Bad Gateway</h1>", { status: 502 });
  const page = await pages.openPage(BUTTON);
  await listen(page);
  await buy(page);
  await page.getByText("No connection, try again.").waitFor();
  expect(await eventsOf(page)).toEqual([
    ["before", "BUTTON", null],
    ["error", "BUTTON", { code: "no_connection", message: "No connection, try again." }],
  ]);
});

test("gives up after 15 seconds, and an answer that comes later goes nowhere", async () => {
  let answerLate: (response: Response) => void = () => undefined;
  pages.answer = () => new Promise((resolve) => (answerLate = resolve));
  await (await pages.openPage(BUTTON)).close();
  const page = await pages.newPage();
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1000);
  await page.goto("/own-page");
  await buy(page);
  await expect.poll(() => purchases(pages).length).toBe(1);
  await page.clock.runFor(14_900);
  expect(await page.getByRole("alert").count()).toBe(0);
  await page.clock.runFor(200);
  await page.getByText("No connection, try again.").waitFor();
  expect(await page.getByRole("button").getAttribute("aria-busy")).toBeNull();
  const answered = page.waitForResponse("**/api/**");
  answerLate(opensCheckout());
  await answered;
  await page.waitForTimeout(100);
  expect(page.url()).toBe(`${pages.url}/own-page`);
});

test("a buyer who stops the page on its way to Stripe gets the button back", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(BUTTON);
  await page.clock.install();
  // 204 leaves the browser where it is, as the stop button does.
  await page.context().route(CHECKOUT, (route) => route.fulfill({ status: 204 }));
  const arrival = page.waitForResponse(CHECKOUT);
  await buy(page);
  await arrival;
  expect(await page.getByRole("button").getAttribute("aria-busy")).toBe("true");
  await page.clock.runFor(15_100);
  expect(await page.getByRole("button").getAttribute("aria-busy")).toBeNull();
});

test("a page that comes back from the back/forward cache is as it was, and forgets the old attempt", async () => {
  let answerLate: (response: Response) => void = () => undefined;
  pages.answer = () => new Promise((resolve) => (answerLate = resolve));
  const page = await pages.openPage(BUTTON.replace(">Buy", ' data-loading-text="One moment…">Buy'));
  await buy(page);
  await expect.poll(() => purchases(pages).length).toBe(1);
  await comeBack(page);
  expect(await page.getByRole("button").getAttribute("aria-busy")).toBeNull();
  expect(await page.getByRole("button").innerText()).toBe("Buy");
  const answered = page.waitForResponse("**/api/**");
  answerLate(opensCheckout());
  await answered;
  await page.waitForTimeout(100);
  expect(page.url()).toBe(`${pages.url}/own-page`);
});

test("one key for all tries of an attempt, whatever went wrong, and a new one for another purchase", async () => {
  const page = await pages.openPage(`<form><input name="quantity" value="1">${BUTTON}</form>`);
  for (const failure of [() => refuses(503), () => refuses(400), () => new Response("not JSON")]) {
    pages.answer = failure;
    await buy(page);
    await page.getByRole("alert").waitFor();
  }
  await page.locator("input").fill("2");
  await buy(page);
  await expect.poll(() => purchases(pages).length).toBe(4);
  const keys = purchases(pages).map(({ key }) => key);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(keys[3]).not.toBe(keys[0]);
});

test("the key survives an answer that got lost on its way, so that the retry finds the same Checkout", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(BUTTON);
  await page.route("**/api/**", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await buy(page);
  await page.getByText("No connection, try again.").waitFor();
  await page.unroute("**/api/**");
  await buy(page);
  await page.waitForURL(CHECKOUT);
  const [first, second] = purchases(pages);
  expect(second).toEqual(first);
});

test("a new key once an attempt has led to Checkout", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(BUTTON);
  await page.context().route(CHECKOUT, (route) => route.fulfill({ status: 204 }));
  for (const _ of [1, 2]) {
    const arrival = page.waitForResponse(CHECKOUT);
    await buy(page);
    await arrival;
    await comeBack(page);
  }
  const [first, second] = purchases(pages);
  expect(first?.key).not.toBe(second?.key);
});

test("works where crypto.randomUUID is missing, on plain http other than localhost", async () => {
  pages.answer = opensCheckout;
  await (await pages.openPage(BUTTON)).close();
  const page = await pages.newPage();
  await page.route("http://shop.example/**", async (route) => {
    const url = route.request().url().replace("http://shop.example", pages.url);
    await route.fulfill({ response: await route.fetch({ url }) });
  });
  await page.goto("http://shop.example/own-page");
  expect(await page.evaluate(() => "randomUUID" in crypto)).toBe(false);
  await buy(page);
  await page.waitForURL(CHECKOUT);
  expect(purchases(pages)).toMatchObject([{ key: expect.stringMatching(UUID) }]);
});

test.each(["http://localhost:4242/pay", "http://localhost/pay"])(
  "on localhost plain http will do: %s",
  async (url) => {
    pages.answer = () => Response.json({ url });
    const page = await pages.openPage(BUTTON);
    await page.context().route(url, (route) => route.fulfill({ contentType: "text/html", body: "Stripe" }));
    await buy(page);
    await page.waitForURL(url);
  },
);

test.each([
  "http://evil.example/",
  "http://localhost.evil.example/",
  "http://localhost@evil.example/",
  "http://127.0.0.1/",
  "javascript:document.title='pwned'",
  "data:text/html,pwned",
  "blob:https://shop.example/1",
  "/relative",
  "httpsx://evil.example/",
  "",
])("does not go to %s", async (url) => {
  pages.answer = () => Response.json({ url });
  const page = await pages.openPage(BUTTON);
  await buy(page);
  await page.getByText("No connection, try again.").waitFor();
  expect(page.url()).toBe(`${pages.url}/own-page`);
  expect(await page.title()).toBe("Own page");
});

test("says what it does: before, then redirect", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(BUTTON);
  await listen(page);
  await page.context().route(CHECKOUT, (route) => route.fulfill({ status: 204 }));
  const arrival = page.waitForResponse(CHECKOUT);
  await buy(page);
  await arrival;
  expect(await eventsOf(page)).toEqual([
    ["before", "BUTTON", null],
    ["redirect", "BUTTON", { url: CHECKOUT }],
  ]);
});

test("preventDefault() on stripe-checkout:before stops it, the form included", async () => {
  const page = await pages.openPage(`<form method="post" action="/api/never">${BUTTON}</form>`);
  await page.evaluate(() =>
    document.addEventListener("stripe-checkout:before", (event) => event.preventDefault()),
  );
  await buy(page);
  expect(purchases(pages)).toEqual([]);
  expect(await page.getByRole("button").getAttribute("aria-busy")).toBeNull();
  expect(page.url()).toBe(`${pages.url}/own-page`);
});

test.each([
  ["hover", (page: Page) => page.getByRole("button").first().hover()],
  ["focus", (page: Page) => page.keyboard.press("Tab")],
])("on %s it wakes the function, once", async (_, intend) => {
  const page = await pages.openPage(BUTTON + BUTTON);
  await page.mouse.move(300, 300);
  expect(pages.received).toEqual([]);
  await intend(page);
  await expect.poll(() => pages.received.length).toBe(1);
  await page.getByRole("button").nth(1).hover();
  await page.getByRole("button").nth(0).hover();
  await page.waitForTimeout(100);
  expect(pages.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "OPTIONS /api/create-checkout-session",
  ]);
});

test("on intent it opens the connection to Stripe's page, once", async () => {
  const page = await pages.openPage(BUTTON);
  const preconnects = page.locator('head > link[rel="preconnect"][href="https://checkout.stripe.com"]');
  expect(await preconnects.count()).toBe(0);
  await page.locator("button").hover();
  await page.locator("button").focus();
  await expect.poll(() => preconnects.count()).toBe(1);
});

test("on touch it wakes the function before the click buys", async () => {
  pages.answer = opensCheckout;
  await (await pages.openPage(BUTTON)).close();
  const page = await pages.newPage({ hasTouch: true });
  await page.goto("/own-page");
  await page.getByRole("button").tap();
  await page.waitForURL(CHECKOUT);
  expect(pages.received.map(({ method }) => method)).toEqual(["OPTIONS", "POST"]);
});

test("who saves data is not asked to spend any", async () => {
  await (await pages.openPage(BUTTON)).close();
  const page = await pages.newPage();
  await page.addInitScript(() =>
    Object.defineProperty(navigator, "connection", { value: { saveData: true } }),
  );
  await page.goto("/own-page");
  await page.getByRole("button").hover();
  await page.keyboard.press("Tab");
  await page.waitForTimeout(100);
  expect(pages.received).toEqual([]);
});

test("a function that cannot be woken is nobody's trouble", async () => {
  const page = await pages.openPage(BUTTON);
  await page.route("**/api/**", (route) => route.abort());
  await page.getByRole("button").hover();
  await page.waitForTimeout(100);
  expect(await page.getByRole("alert").count()).toBe(0);
});
