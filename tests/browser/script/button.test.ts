import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { parseJsonPurchase } from "../../../core/checkout/purchase-request.ts";
import { openPages, purchases } from "./open-pages.ts";

const pages = openPages();

const CHECKOUT = "https://checkout.stripe.com/c/pay/cs_test_1";
const BUTTON = '<button class="stripe-checkout-btn" data-price-id="price_1">Buy</button>';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const buy = (page: Page) => page.getByRole("button").first().click();
/** How the server parses the purchases that were sent. */
const bodies = () => purchases(pages).map(({ body }) => parseJsonPurchase(JSON.stringify(body)));
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

/** What a browser does to a page from the back/forward cache. (Playwright switches the real one off.) */
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
  expect(purchases(pages)).toEqual([{ body: { priceId: "price_1" }, key: expect.stringMatching(UUID) }]);
  expect(bodies()).toEqual([{ price_id: "price_1", quantity: 1 }]);
});

test("a button added to the page later works, and so does a click on something inside it", async () => {
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
  expect(purchases(pages)).toMatchObject([{ body: { priceId: "price_late" } }]);
});

test("an element without a price id is left alone", async () => {
  const page = await pages.openPage('<button class="stripe-checkout-btn">Buy</button>');
  expect(await click(page, {})).toBe(false);
  expect(pages.received).toEqual([]);
});

test("the quantity comes from the button, else from the form, else it is one", async () => {
  pages.answer = () => refuses(400);
  const form = (attribute: string) =>
    `<form><input name="quantity" value="4"><button class="stripe-checkout-btn" data-price-id="p" ${attribute}>Buy</button></form>`;
  const page = await pages.openPage(`${form('data-quantity="2"')}${form("")}`);
  await page.getByRole("button").nth(0).click();
  await page.getByRole("alert").waitFor();
  await page.getByRole("button").nth(1).click();
  await expect.poll(() => purchases(pages).length).toBe(2);
  expect(bodies()).toEqual([
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
  expect(bodies()).toEqual([{ price_id: "price_1", quantity: 3 }]);
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

test("a click that the page has handled is left alone", async () => {
  const page = await pages.openPage(BUTTON);
  await page.evaluate(() => document.addEventListener("click", (event) => event.preventDefault()));
  await buy(page);
  expect(await page.getByRole("button").getAttribute("aria-busy")).toBeNull();
  expect(purchases(pages)).toEqual([]);
});

test("a busy button looks busy, keeps the focus and does nothing more", async () => {
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

test("the server's message is shown as text in a live region next to the button", async () => {
  pages.answer = () => refuses(400, "Sold out <img src=x onerror=alert(1)>");
  const page = await pages.openPage(`<p>${BUTTON}</p>`);
  await buy(page);
  const alert = page.locator('button + [role="alert"]');
  await expect.poll(() => alert.innerText()).toBe("Sold out <img src=x onerror=alert(1)>");
  expect(await page.locator("img").count()).toBe(0);
});

test("after a failure everything is as before", async () => {
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

test("an answer from something else than the shop gets the script's own message", async () => {
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

test("gives up after 15 seconds, and ignores an answer that comes later", async () => {
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
  // 204 keeps the browser on the page, as the stop button does.
  await page.context().route(CHECKOUT, (route) => route.fulfill({ status: 204 }));
  const arrival = page.waitForResponse(CHECKOUT);
  await buy(page);
  await arrival;
  expect(await page.getByRole("button").getAttribute("aria-busy")).toBe("true");
  await page.clock.runFor(15_100);
  expect(await page.getByRole("button").getAttribute("aria-busy")).toBeNull();
});

test("a page from the back/forward cache is as before, and forgets the old attempt", async () => {
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

test("all tries of an attempt use one key, whatever went wrong, and another purchase a new one", async () => {
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

test("the key survives a lost answer, so that the retry finds the same Checkout", async () => {
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
  "on localhost plain http is enough: %s",
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

test("emits its events: before, then redirect", async () => {
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

test("on touch it wakes the function before the click buys", async () => {
  pages.answer = opensCheckout;
  await (await pages.openPage(BUTTON)).close();
  const page = await pages.newPage({ hasTouch: true });
  await page.goto("/own-page");
  await page.getByRole("button").tap();
  await page.waitForURL(CHECKOUT);
  expect(pages.received.map(({ method }) => method)).toEqual(["OPTIONS", "POST"]);
});

test("a function that cannot be woken causes no error", async () => {
  const page = await pages.openPage(BUTTON);
  await page.route("**/api/**", (route) => route.abort());
  await page.getByRole("button").hover();
  await page.waitForTimeout(100);
  expect(await page.getByRole("alert").count()).toBe(0);
});

/** A page with this script beside ours; it is not inline, because the pages' policy refuses that. */
async function openWithScript(body: string, script: () => void): Promise<Page> {
  const page = await pages.openPage(body);
  await page.evaluate(script);
  return page;
}

const ENDPOINT = "/api/create-checkout-session";
const inForm = (fields: string, attributes = "") =>
  `<form method="post" action="${ENDPOINT}" ${attributes}>${fields}${BUTTON}</form>`;

test("D26: a form means the same with and without the script: the chosen price opens", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(
    inForm(
      '<select name="price_id"><option value="price_1">S</option><option value="price_shirt_l">L</option></select>' +
        '<input name="quantity" value="2"><input type="hidden" name="client_reference_id" value="spring-2026">' +
        '<input name="quantity" value="7" disabled>',
    ),
  );
  await page.locator("select").selectOption("price_shirt_l");
  await buy(page);
  await page.waitForURL(CHECKOUT);
  expect(bodies()).toEqual([{ price_id: "price_shirt_l", quantity: 2, client_reference_id: "spring-2026" }]);
});

test.each([
  [
    "a radio button",
    '<input type="radio" name="price_id" value="price_s"><input type="radio" name="price_id" value="price_l" checked>',
    BUTTON,
  ],
  [
    "the button's own name",
    "",
    '<button class="stripe-checkout-btn" data-price-id="price_1" name="price_id" value="price_l">Buy</button>',
  ],
  ["a field called priceId", '<input type="hidden" name="priceId" value="price_l">', BUTTON],
  [
    "a field outside the form",
    "",
    `${BUTTON}</form><input type="hidden" form="f" name="price_id" value="price_l"><form>`,
  ],
])("D26: %s determines the price", async (_, fields, button) => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(
    `<form id="f" method="post" action="${ENDPOINT}">${fields}${button}</form>`,
  );
  await buy(page);
  await page.waitForURL(CHECKOUT);
  expect(bodies()).toEqual([{ price_id: "price_l", quantity: 1 }]);
});

test("D26: a field that the shop does not know is sent, and refused, as it is without JavaScript", async () => {
  pages.answer = () => refuses(400);
  const page = await pages.openPage(inForm('<input name="remarks" value="As a gift">'));
  await buy(page);
  await page.getByRole("alert").waitFor();
  expect(purchases(pages)).toMatchObject([{ body: { priceId: "price_1", remarks: "As a gift" } }]);
  expect(bodies).toThrow("We could not open the checkout for this item.");
});

test("D26: the fields of a form that goes elsewhere are ignored", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(
    `<form method="post" action="/search"><input name="q" value="tides"><input type="hidden" name="action" value="find">${BUTTON}</form>`,
  );
  await buy(page);
  await page.waitForURL(CHECKOUT);
  expect(bodies()).toEqual([{ price_id: "price_1", quantity: 1 }]);
});

test("D26: the fields of a posted form win over data-quantity", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(
    `<form method="post" action="${ENDPOINT}"><input name="quantity" value="4"><button class="stripe-checkout-btn" data-price-id="price_1" data-quantity="2">Buy</button></form>`,
  );
  await buy(page);
  await page.waitForURL(CHECKOUT);
  expect(bodies()).toEqual([{ price_id: "price_1", quantity: 4 }]);
});

test.each([
  [
    "required",
    '<select name="price_id" required><option value="">Size?</option><option value="price_1">S</option></select>',
  ],
  ["max", '<input type="number" name="quantity" value="4" max="3">'],
  ["pattern", '<input name="client_reference_id" value="a b" pattern="[a-z]+">'],
])("D26: %s is checked by the browser, and nothing is bought until it is right", async (_, field) => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(inForm(field));
  await listen(page);
  await buy(page);
  await page.waitForTimeout(100);
  expect(await page.evaluate(() => document.activeElement?.tagName)).toMatch(/INPUT|SELECT/);
  expect(await eventsOf(page)).toEqual([]);
  expect(bodies()).toEqual([]);
});

test.each([
  ["novalidate", inForm('<input type="number" name="quantity" value="4" max="3">', "novalidate")],
  [
    "formnovalidate",
    inForm('<input type="number" name="quantity" value="4" max="3">').replace(
      "<button",
      "<button formnovalidate",
    ),
  ],
])("D26: %s switches the check off", async (_, form) => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(form);
  await buy(page);
  await page.waitForURL(CHECKOUT);
  expect(bodies()).toEqual([{ price_id: "price_1", quantity: 4 }]);
});

test("D26: a submit that the page has handled is left alone, and so is another button of the form", async () => {
  const page = await openWithScript(inForm('<button id="other">Other</button>'), () =>
    document.addEventListener("submit", (event) => event.preventDefault()),
  );
  await page.locator("#other").click();
  await page.locator(".stripe-checkout-btn").click();
  await page.waitForTimeout(100);
  expect(bodies()).toEqual([]);
});

test("D26: a button in a form that does not submit it buys what the form says", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(
    inForm('<input name="quantity" value="3">').replace("<button", '<button type="button"'),
  );
  await buy(page);
  await page.waitForURL(CHECKOUT);
  expect(bodies()).toEqual([{ price_id: "price_1", quantity: 3 }]);
});

test("D27: a click whose propagation a modal stops opens the checkout, and the modal stays as it was", async () => {
  pages.answer = opensCheckout;
  const page = await openWithScript(`<div id="modal">${BUTTON}</div>`, () => {
    const modal = document.querySelector("#modal");
    modal?.addEventListener("click", (event) => event.stopPropagation());
    document.addEventListener("click", () => modal?.remove());
  });
  await page.context().route(CHECKOUT, (route) => route.fulfill({ status: 204 }));
  const arrival = page.waitForResponse(CHECKOUT);
  await buy(page);
  await arrival;
  expect(bodies()).toEqual([{ price_id: "price_1", quantity: 1 }]);
  expect(await page.locator("#modal").count()).toBe(1);
});

test("D27: so does a form in such a modal, and a click that is stopped on its way down", async () => {
  pages.answer = () => refuses(400);
  const page = await openWithScript(
    `<div id="modal">${inForm('<input name="quantity" value="3">')}</div>`,
    () => document.querySelector("#modal")?.addEventListener("click", (event) => event.stopPropagation()),
  );
  await buy(page);
  await page.getByRole("alert").waitFor();
  await page.evaluate(() => document.querySelector("form")?.replaceWith(document.querySelector("button")!));
  await page.evaluate(() =>
    document.addEventListener("click", (event) => event.stopImmediatePropagation(), true),
  );
  await buy(page);
  await expect.poll(bodies).toEqual([
    { price_id: "price_1", quantity: 3 },
    { price_id: "price_1", quantity: 1 },
  ]);
});

test("D27: a click that is stopped and handled by the page is left alone, and no other click buys later", async () => {
  const page = await openWithScript(`<div id="modal">${BUTTON}</div><p>Elsewhere</p>`, () =>
    document.querySelector("#modal")?.addEventListener("click", (event) => {
      event.stopPropagation();
      event.preventDefault();
    }),
  );
  await buy(page);
  await page.locator("p").click();
  await page.waitForTimeout(100);
  expect(bodies()).toEqual([]);
});

test("D27: a button in a shadow tree works", async () => {
  pages.answer = opensCheckout;
  const page = await openWithScript("<my-card></my-card>", () => {
    const root = document.querySelector("my-card")?.attachShadow({ mode: "open" });
    const button = document.createElement("button");
    button.className = "stripe-checkout-btn";
    button.dataset["priceId"] = "price_1";
    button.append("Buy");
    root?.append(button);
  });
  await page.context().route(CHECKOUT, (route) => route.fulfill({ status: 204 }));
  const arrival = page.waitForResponse(CHECKOUT);
  await buy(page);
  await arrival;
  expect(bodies()).toEqual([{ price_id: "price_1", quantity: 1 }]);
});

test("D27: a click into a shadow tree inside the button, such as an icon, counts", async () => {
  pages.answer = opensCheckout;
  const page = await openWithScript(BUTTON.replace("Buy", "<my-icon></my-icon>"), () => {
    const root = document.querySelector("my-icon")?.attachShadow({ mode: "open" });
    root?.append(Object.assign(document.createElement("b"), { textContent: "Buy" }));
  });
  await page.locator("b").click();
  await page.waitForURL(CHECKOUT);
});

test.each([
  ["", "/api/create-checkout-session"],
  [' data-endpoint="/api/elsewhere"', "/api/elsewhere"],
])('D28: the script works as type="module"%s', async (attribute, path) => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(
    BUTTON,
    `<script type="module" src="/js/stripe-checkout.js"${attribute}></script>`,
  );
  await buy(page);
  await page.waitForURL(CHECKOUT);
  expect(new Set(pages.received.map((request) => request.path))).toEqual(new Set([path]));
});

test("a click with a modifier key buys as any click on a button does", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(BUTTON);
  await page.locator("button").click({ modifiers: ["Control"] });
  await page.waitForURL(CHECKOUT);
});

test("another script with a data-endpoint does not get the purchases", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(
    BUTTON,
    '<script type="text/plain" data-endpoint="/api/theirs"></script><script src="/js/stripe-checkout.js" defer></script>',
  );
  await buy(page);
  await page.waitForURL(CHECKOUT);
  expect(pages.received.map((request) => request.path)).not.toContain("/api/theirs");
});

test("D29: spaces around the price's name are ignored", async () => {
  pages.answer = opensCheckout;
  const page = await pages.openPage(BUTTON.replace("price_1", " price_1\n"));
  await buy(page);
  await page.waitForURL(CHECKOUT);
  expect(bodies()).toEqual([{ price_id: "price_1", quantity: 1 }]);
});
