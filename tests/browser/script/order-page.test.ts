import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { openPages } from "./open-pages.ts";

const pages = openPages();

const PAGE = "/success.html?session_id=cs_test_1";
const POSTERS = { name: "Tide chart poster, A2", quantity: 2, amountMinor: 6400 };

const answersWith = (state: string, changes: object = {}) => {
  pages.answer = () =>
    Response.json({
      state,
      mode: "payment",
      items: [POSTERS],
      currency: "eur",
      totalMinor: 6400,
      ...changes,
    });
};
const shows = (page: Page, name: string) => page.getByRole("heading", { level: 1, name }).waitFor();
const questions = () => pages.received.length;

/** A page whose clock stands still, so that it polls when a test says so. */
async function openAtStandstill(): Promise<Page> {
  const page = await pages.newPage();
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1000);
  await page.goto(PAGE);
  await expect.poll(questions).toBe(1);
  await answersArrive(page);
  return page;
}

/** The network takes real time: waits until an answer has arrived and the page pauses again. */
const answersArrive = (page: Page) => page.waitForTimeout(100);

async function pass(page: Page, ms: number): Promise<void> {
  await page.clock.runFor(ms);
  await answersArrive(page);
}

test("asks the server about the order in the address", async () => {
  const page = await pages.newPage();
  await page.goto(PAGE);
  await shows(page, "Looking up your order");
  expect(pages.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /api/order-status?session_id=cs_test_1",
  ]);
});

test.each([
  ["open", "Waiting for your payment to be confirmed"],
  ["awaiting_payment", "Thank you, your order is placed"],
  ["paid", "Thank you, your payment has arrived"],
  ["fulfilled", "Thank you, your order is complete"],
  ["payment_failed", "The payment did not go through"],
  ["expired", "This checkout has expired"],
])("shows an order that is %s", async (state, heading) => {
  answersWith(state);
  const page = await pages.newPage();
  await page.goto(PAGE);
  await shows(page, heading);
  expect(await page.locator("#order").getAttribute("data-state")).toBe(state);
  expect(await page.getByRole("status").getByRole("heading").innerText()).toBe(heading);
});

test("has words of its own for a subscription that has started", async () => {
  answersWith("fulfilled", { mode: "subscription" });
  const page = await pages.newPage();
  await page.goto(PAGE);
  await shows(page, "Thank you, your subscription has started");
});

test("G01: says in plain words that a subscription is paused, and offers no delivery", async () => {
  const personal = { deliveries: [], revokedBecause: "subscription_paused" };
  answersWith("fulfilled", { mode: "subscription", paused: true, personal });
  const page = await pages.newPage();
  await page.goto(PAGE);
  await shows(page, "This subscription is paused");
  expect(await page.locator("#order").getAttribute("data-state")).toBe("paused");
  expect(await page.locator("#order-deliveries").isHidden()).toBe(true);
});

test.each([
  ["payment", "This order is no longer valid"],
  ["subscription", "This subscription has ended"],
])("says in plain words that a %s is void, and asks no more", async (mode, heading) => {
  answersWith("fulfilled", { mode, revoked: true });
  const page = await openAtStandstill();
  await shows(page, heading);
  await pass(page, 60_000);
  expect(questions()).toBe(1);
});

test("lists what was bought, and the total", async () => {
  answersWith("paid", {
    items: [POSTERS, { name: "The Tide Reader", quantity: 1, amountMinor: 1400 }],
    totalMinor: 7800,
  });
  const page = await pages.newPage();
  await page.goto(PAGE);
  await page.getByRole("heading", { name: "Your order" }).waitFor();
  expect(await page.locator("#order-items tr").allInnerTexts()).toEqual([
    "Tide chart poster, A2\t2\t€64.00",
    "The Tide Reader\t1\t€14.00",
  ]);
  expect(await page.locator("#order-total").innerText()).toBe("€78.00");
});

test("shows what the buyer paid in a currency of their own, and nothing of it otherwise", async () => {
  answersWith("paid", { personal: { presentment: { currency: "jpy", amountMinor: 10_420 } } });
  const page = await pages.newPage();
  await page.goto(PAGE);
  const paid = page.locator(".order-paid");
  await paid.waitFor();
  expect(await paid.innerText()).toBe("You paid ¥10,420, converted by Stripe.");
  expect(await page.locator("#order-total").innerText()).toBe("€64.00");

  answersWith("paid");
  const other = await pages.newPage();
  await other.goto(PAGE);
  await other.locator("#order-total").waitFor();
  expect(await other.locator(".order-paid").isVisible()).toBe(false);
});

test("shows no empty table while the items are not known", async () => {
  answersWith("open", { items: [] });
  const page = await pages.newPage();
  await page.goto(PAGE);
  await shows(page, "Waiting for your payment to be confirmed");
  expect(await page.getByRole("table").count()).toBe(0);
});

test("D05: names are shown as text, whatever they hold", async () => {
  const name = '<img src=x onerror="document.title=1"> <b>Poster</b>';
  answersWith("paid", { items: [{ ...POSTERS, name }] });
  const page = await pages.newPage();
  await page.goto(PAGE);
  await page.getByText(name).waitFor();
  expect(await page.locator("#order img").count()).toBe(0);
  expect(await page.title()).toBe("Your order · Low Tide");
});

test("asks again after 1, 2, 3, 5, 5 … seconds, and stops when nothing more can happen", async () => {
  answersWith("open");
  const page = await openAtStandstill();
  let asked = 1;
  for (const pauseMs of [1000, 2000, 3000, 5000, 5000]) {
    await pass(page, pauseMs - 100);
    expect(questions()).toBe(asked);
    await pass(page, 200);
    asked += 1;
    expect(questions()).toBe(asked);
  }
  answersWith("fulfilled");
  await pass(page, 5000);
  await shows(page, "Thank you, your order is complete");
  await pass(page, 60_000);
  expect(questions()).toBe(asked + 1);
});

test("waits as long as a busy server asks it to", async () => {
  pages.answer = () => new Response(null, { status: 503, headers: { "Retry-After": "10" } });
  const page = await openAtStandstill();
  await shows(page, "Looking up your order");
  await pass(page, 9900);
  expect(questions()).toBe(1);
  await pass(page, 200);
  expect(questions()).toBe(2);
});

test.each([
  ["a server error", () => new Response("?", { status: 500 })],
  ["a busy server", () => new Response(null, { status: 503 })],
  ["an answer that is not JSON", () => new Response("<h1>Hello</h1>")],
  ["a state from the future", () => Response.json({ state: "teleported", items: [] })],
])("says after %s that it keeps trying, and nothing of failure", async (_, answer) => {
  pages.answer = answer;
  const page = await pages.newPage();
  await page.goto(PAGE);
  await page.getByText("If you finished paying, your order is safe. We keep trying.").waitFor();
  expect(await page.locator("main").innerText()).not.toMatch(/fail|declin|expired|not go through/i);
});

test("keeps what it knew when the connection breaks later", async () => {
  answersWith("paid");
  const page = await openAtStandstill();
  await shows(page, "Thank you, your payment has arrived");
  pages.answer = () => new Response(null, { status: 500 });
  await pass(page, 1000);
  await pass(page, 2000);
  expect(questions()).toBe(3);
  await shows(page, "Thank you, your payment has arrived");
});

test("after a minute without news it offers a button to ask again, which keeps the keyboard's place", async () => {
  answersWith("open");
  const page = await openAtStandstill();
  const button = page.getByRole("button", { name: "Check again" });
  expect(await button.count()).toBe(0);
  for (let pauses = 0; pauses < 30 && (await button.count()) === 0; pauses += 1) {
    await pass(page, 5000);
  }
  await shows(page, "This is taking longer than usual");
  const asked = questions();
  expect(asked).toBeLessThan(20);
  await pass(page, 60_000);
  expect(questions()).toBe(asked);

  answersWith("fulfilled");
  await button.press("Enter");
  await shows(page, "Thank you, your order is complete");
  expect(await button.count()).toBe(0);
  expect(await page.getByRole("status").evaluate((region) => region === document.activeElement)).toBe(true);
});

test("rests while the tab is hidden", async () => {
  answersWith("open");
  const page = await openAtStandstill();
  const hide = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  await pass(page, 60_000);
  expect(questions()).toBe(1);
  await hide(false);
  await expect.poll(questions).toBe(2);
});

test("says so when there is no such order", async () => {
  pages.answer = () => Response.json({ error: { code: "order_not_found" } }, { status: 404 });
  const page = await pages.newPage();
  await page.goto(PAGE);
  await shows(page, "We could not find this order");
});

test.each(["", "?session_id=", "?session_id=%7BCHECKOUT_SESSION_ID%7D", "?session_id=%3Cb%3Ehi&state=paid"])(
  "shows nothing and asks nothing at the address /success.html%s",
  async (query) => {
    const page = await pages.newPage();
    await page.goto(`/success.html${query}`);
    await shows(page, "There is no order to show");
    expect(questions()).toBe(0);
    expect(await page.locator("main").innerText()).not.toMatch(/hi&|CHECKOUT_SESSION/);
  },
);

test("D06: removes the id from the part of the address that servers and referrers see, and survives a reload", async () => {
  answersWith("fulfilled");
  const page = await pages.newPage();
  await page.goto(PAGE);
  await shows(page, "Thank you, your order is complete");
  expect(page.url()).toBe(`${pages.url}/success.html#session_id=cs_test_1`);
  await page.reload();
  await shows(page, "Thank you, your order is complete");
  expect(new Set(pages.received.map(({ path }) => path))).toEqual(
    new Set(["/api/order-status?session_id=cs_test_1"]),
  );
  expect(pages.received.map(({ headers }) => headers.get("Referer"))).toEqual([null, null]);
});

test("says something sensible without JavaScript", async () => {
  const page = await pages.newPage({ javaScriptEnabled: false });
  await page.goto(PAGE);
  // Playwright's text search skips <noscript>.
  expect(await page.locator("main").innerText()).toContain(
    "If you finished paying, your order has reached us",
  );
});

test("D04: shows what is personal when the server tells it, as text, and links only to https", async () => {
  answersWith("fulfilled", {
    personal: { email: "<b>a…@example.com</b>", receiptUrl: "javascript:alert(1)" },
  });
  const page = await pages.newPage();
  await page.goto(PAGE);
  await page.getByText("Ordered with the e-mail address <b>a…@example.com</b>.").waitFor();
  expect(await page.getByRole("link", { name: "Receipt" }).count()).toBe(0);
});

test("D04: sends the token of a mail's link as a header, and keeps it in the fragment", async () => {
  answersWith("fulfilled", { personal: { receiptUrl: "https://pay.stripe.com/receipts/1" } });
  const page = await pages.newPage();
  await page.goto("/success.html#session_id=cs_test_1&token=t0.abc");
  const receipt = page.getByRole("link", { name: "Receipt for your payment" });
  await receipt.waitFor();
  expect(await receipt.getAttribute("href")).toBe("https://pay.stripe.com/receipts/1");
  expect(pages.received.map(({ path, headers }) => [path, headers.get("authorization")])).toEqual([
    ["/api/order-status?session_id=cs_test_1", "Bearer t0.abc"],
  ]);
  expect(new URL(page.url()).hash).toBe("#session_id=cs_test_1&token=t0.abc");
  expect(new URL(page.url()).search).toBe("");
});
