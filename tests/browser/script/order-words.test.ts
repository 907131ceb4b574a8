import fc from "fast-check";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { openPages } from "./open-pages.ts";

const pages = openPages();

const PAGE = "/success.html?session_id=cs_test_1";
const CHECKOUT = "https://checkout.stripe.com/c/pay/cs_test_1";
const POSTERS = { name: "Tide chart poster, A2", quantity: 2, amountMinor: 6400 };

function answersWith(changes: object): void {
  const order = { state: "fulfilled", mode: "payment", items: [POSTERS], currency: "eur", totalMinor: 6400 };
  pages.answer = () => Response.json({ ...order, ...changes });
}

/** The order page with an owner's changes. */
async function open(change: (html: string) => string = (html) => html): Promise<Page> {
  const page = await pages.newPage();
  await page.route("**/success.html*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: change(await response.text()) });
  });
  await page.goto(PAGE);
  return page;
}

const heading = (page: Page, name: string) =>
  page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const words = (page: Page) => page.getByRole("status").first().innerText();
const rows = (page: Page) =>
  page.locator("#order-summary tbody tr:visible, #order-summary tfoot tr:visible").allInnerTexts();
const steps = (page: Page) => page.locator("#order-steps li:visible").allInnerTexts();

/** The page without its words for a state: all of them, or those of one `data-mode`. */
const without =
  (state: string, mode?: string) =>
  (html: string): string => {
    const attribute = mode === undefined ? '(?: data-mode="\\w+")?' : ` data-mode="${mode}"`;
    return html.replaceAll(
      new RegExp(`<template data-state="${state}"${attribute}>[\\s\\S]*?</template>`, "g"),
      "",
    );
  };
const withoutPlain = (state: string) => (html: string) =>
  html.replace(new RegExp(`<template data-state="${state}">[\\s\\S]*?</template>`), "");

test.each([
  [{ shippingMinor: 490, totalMinor: 6890 }, ["Shipping\t€4.90", "Total\t€68.90"]],
  [{ shippingMinor: 0 }, ["Shipping\tFree", "Total\t€64.00"]],
  // Recorded before shipping was recorded, or charged by something newer than the page.
  [{ totalMinor: 6890 }, ["Adjustment\t€4.90", "Total\t€68.90"]],
  [{ totalMinor: 6000 }, ["Adjustment\t-€4.00", "Total\t€60.00"]],
  [{}, ["Total\t€64.00"]],
])("F13: %j makes the rows %j", async (changes, expected) => {
  answersWith(changes);
  const page = await open();
  await page.locator("#order-total").waitFor();
  expect(await rows(page)).toEqual(["Tide chart poster, A2\t2\t€64.00", ...expected]);
  // A page without words for the rows: English ones are better than amounts that do not add up.
  const plain = await open((html) => html.replaceAll(/<tr data-sum[\s\S]*?<\/tr>/g, ""));
  await plain.locator("#order-total").waitFor();
  expect(await rows(plain)).toEqual(await rows(page));
});

test("F13: whatever the server says, the rows of the page add up to the total", async () => {
  const amount = fc.integer({ min: 0, max: 90_000 });
  const orders = fc.sample(
    fc.record(
      {
        items: fc.array(
          amount.map((amountMinor) => ({ name: "Poster", quantity: 1, amountMinor })),
          { minLength: 1, maxLength: 5 },
        ),
        shippingMinor: fc.option(amount, { nil: undefined }),
        totalMinor: amount,
        currency: fc.constantFrom("eur", "jpy", "kwd"),
      },
      { requiredKeys: ["items", "totalMinor", "currency"] },
    ),
    8,
  );
  const decimals: Record<string, number> = { eur: 2, jpy: 0, kwd: 3 };
  const page = await open();
  for (const order of orders) {
    answersWith(order);
    await page.reload();
    await page.locator("#order-total").waitFor();
    const amounts = (await rows(page)).map((row) => {
      const written = row.split("\t").at(-1) ?? "";
      if (written === "Free") return 0;
      return Math.round(Number(written.replaceAll(/[^\d.-]/g, "")) * 10 ** (decimals[order.currency] ?? 2));
    });
    expect(amounts.at(-1)).toBe(order.totalMinor);
    expect(amounts.slice(0, -1).reduce((sum, one) => sum + one, 0)).toBe(order.totalMinor);
  }
});

test("F13: discount and tax are named once as parts of the amounts, and only the buyer sees the tax", async () => {
  answersWith({ discountMinor: 800, personal: { taxMinor: 1022 } });
  const page = await open();
  await page.getByText("Includes a discount of €8.00.").waitFor();
  await page.getByText("Includes €10.22 tax.").waitFor();
  expect(await rows(page)).toHaveLength(2);
  answersWith({});
  const other = await open();
  await other.locator("#order-total").waitFor();
  expect(await other.locator("#order-summary").innerText()).not.toContain("Includes");
});

test.each([
  ["fulfilled", { totalMinor: 0 }, "Thank you, your order is complete", ["Order placed", "Ready"]],
  ["paid", { totalMinor: 0 }, "Thank you for your order", ["Order placed", "Ready"]],
  [
    "fulfilled",
    { totalMinor: 0, mode: "subscription", isTrial: true },
    "Thank you, your trial has started",
    ["Order placed", "Ready"],
  ],
  [
    "paid",
    { totalMinor: 0, mode: "subscription", isTrial: true },
    "Thank you, your trial has started",
    ["Order placed", "Ready"],
  ],
  [
    "fulfilled",
    { totalMinor: 0, mode: "subscription" },
    "Thank you, your order is complete",
    ["Order placed", "Ready"],
  ],
])("F03, F04: an order that is %s, %j, mentions no payment", async (state, changes, title, shown) => {
  answersWith({ state, items: [{ ...POSTERS, amountMinor: 0 }], ...changes });
  const page = await open();
  await heading(page, title);
  expect(await page.locator("main").innerText()).not.toMatch(/payment has arrived/i);
  expect(await steps(page)).toEqual(shown);
});

test("F09: goods to be posted are not called ready: the page says that they will be sent", async () => {
  answersWith({ needsShipping: true });
  const page = await open();
  await heading(page, "Thank you, we will send it to you");
  expect(await steps(page)).toEqual(["Order placed", "Payment", "We send it to you"]);
  expect(await page.locator('#order-steps [aria-current="step"]').innerText()).toBe("We send it to you");
  expect(await page.locator("main").innerText()).not.toMatch(/\bready\b/i);

  // An older page without such words does not call them ready, either.
  const old = await open((html) =>
    without("fulfilled", "shipping")(html).replace(/ data-shipping="[^"]*"/, ""),
  );
  await heading(old, "Thank you, your order is complete");
  expect(await old.locator('#order-steps [data-step="done"]').allInnerTexts()).toEqual([
    "Order placed",
    "Payment",
  ]);
});

test.each([
  ["fulfilled", {}, "Thank you, your order is complete"],
  ["fulfilled", { mode: "subscription" }, "Thank you, your order is complete"],
  ["fulfilled", { totalMinor: 0, mode: "subscription", isTrial: true }, "Thank you, your order is complete"],
  ["paid", {}, "Thank you for your order"],
  ["open", {}, "This order is not paid yet"],
  ["awaiting_payment", {}, "Thank you, your order is placed"],
  ["payment_failed", {}, "The payment did not go through"],
  ["expired", {}, "This checkout has expired"],
])("F07: a page without words for %s, %j, says the least that is true", async (state, changes, title) => {
  answersWith({ state, ...changes });
  const page = await open(without(state));
  await heading(page, title);
  expect(await page.locator("#order").getAttribute("data-state")).toBe(state);
});

const DOWNLOAD = { kind: "download", name: "The Tide Reader", url: "https://bucket.example/book.epub" };

test.each([
  [{}],
  [{ mode: "subscription" }],
  [{ totalMinor: 0, mode: "subscription", isTrial: true }],
  [{ totalMinor: 0 }],
  [{ needsShipping: true }],
])("a paid order %j whose downloads are on the page is not called being prepared", async (changes) => {
  answersWith({ state: "paid", ...changes, personal: { deliveries: [DOWNLOAD] } });
  for (const page of [await open(), await open(without("paid"))]) {
    await heading(page, "Thank you for your order");
    await page.getByRole("link", { name: "Download" }).waitFor();
    expect(await words(page)).not.toMatch(/getting/i);
  }
});

test("the words of a paid order change when its downloads appear, and the page goes on asking", async () => {
  answersWith({ state: "paid", personal: { deliveries: [] } });
  const page = await open();
  await heading(page, "Thank you, your payment has arrived");
  answersWith({ state: "paid", personal: { deliveries: [DOWNLOAD] } });
  await heading(page, "Thank you for your order");
  // An answer that says nothing personal leaves the downloads on the page, and so the words.
  answersWith({ state: "paid" });
  const asked = pages.received.length;
  await expect.poll(() => pages.received.length, { timeout: 8_000 }).toBeGreaterThan(asked);
  await page.waitForTimeout(100);
  await heading(page, "Thank you for your order");
  await page.getByRole("link", { name: "Download" }).waitFor();
  answersWith({ personal: { deliveries: [DOWNLOAD] } });
  await heading(page, "Thank you, your order is complete");
});

test("a page without words for delivered orders keeps its own for paid ones, and says them once", async () => {
  answersWith({ state: "paid", personal: { deliveries: [] } });
  const page = await open(without("paid", "delivered"));
  await heading(page, "Thank you, your payment has arrived");
  const first = await page.locator("#order-status h1").elementHandle();
  answersWith({ state: "paid", personal: { deliveries: [DOWNLOAD] } });
  await page.getByRole("link", { name: "Download" }).waitFor();
  await heading(page, "Thank you, your payment has arrived");
  expect(await first?.evaluate((one) => one.isConnected)).toBe(true);
});

test("F07: without the plain words for fulfilled, the buyer of an e-book is not told that a subscription has started", async () => {
  answersWith({});
  const onlySubscription = (html: string) =>
    ["payment", "free", "shipping", "trial"].reduce(
      (kept, mode) => without("fulfilled", mode)(kept),
      withoutPlain("fulfilled")(html),
    );
  const page = await open(onlySubscription);
  await heading(page, "Thank you, your order is complete");
  expect(await words(page)).not.toMatch(/subscription/i);
  answersWith({ mode: "subscription" });
  await heading(await open(onlySubscription), "Thank you, your subscription has started");
});

test.each([
  ["payment", "refunded", "refunded"],
  ["payment", "dispute_lost", "dispute_lost"],
  ["subscription", "refunded", "subscription"],
])("F07: a void %s without words for %s is not called complete", async (mode, revokedBecause) => {
  answersWith({ mode, revoked: true, personal: { revokedBecause } });
  const page = await open(without("revoked"));
  await heading(page, "This order is no longer valid");
});

test("F07: words for one reason are not shown for another", async () => {
  answersWith({ revoked: true, personal: { revokedBecause: "refunded" } });
  const page = await open((html) => withoutPlain("revoked")(without("revoked", "refunded")(html)));
  await heading(page, "This order is no longer valid");
});

test("F08: an open checkout leads back to Stripe's page, also after a minute", async () => {
  answersWith({ state: "open", checkoutUrl: CHECKOUT });
  const page = await pages.newPage();
  await page.clock.install({ time: 0 });
  await page.goto(PAGE);
  const back = page.getByRole("link", { name: "Not paid yet? Return to the payment page" });
  await back.waitFor();
  for (let pauses = 0; pauses < 20; pauses += 1) {
    await page.clock.runFor(5_000);
    await page.waitForTimeout(50);
  }
  await heading(page, "This is taking longer than usual");
  await back.click();
  await page.waitForURL(CHECKOUT);
});

test.each(["javascript:document.title=1", "http://evil.example/", undefined])(
  "F08: there is no way back to %s",
  async (checkoutUrl) => {
    answersWith({ state: "open", checkoutUrl });
    const page = await open();
    await heading(page, "Waiting for your payment to be confirmed");
    expect(await page.getByRole("link", { name: "Not paid yet?" }).count()).toBe(0);
    expect(await page.locator("[data-link]").count()).toBe(0);
  },
);

test("F08: the way back is gone once the order is paid", async () => {
  answersWith({ state: "open", checkoutUrl: CHECKOUT });
  const page = await open();
  await page.getByRole("link", { name: "Not paid yet?" }).waitFor();
  answersWith({});
  await heading(page, "Thank you, your order is complete");
  expect(await page.getByRole("link", { name: "Not paid yet?" }).count()).toBe(0);
});
