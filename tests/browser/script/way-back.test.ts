import { expect, test } from "vitest";

import { openPages } from "./open-pages.ts";

const pages = openPages();

const PAGE = "/success.html?session_id=cs_test_1";
const KEPT = "/success.html#session_id=cs_test_1&token=wzqj6o.0123456789012345678901234567890123456789012";

const answers = (changes: object): void => {
  pages.answer = () =>
    Response.json({
      state: "fulfilled",
      mode: "payment",
      items: [{ name: "The Tide Reader", quantity: 1, amountMinor: 1400 }],
      currency: "eur",
      totalMinor: 1400,
      ...changes,
    });
};
const PERSONAL = {
  email: "a…@example.com",
  deliveries: [
    { kind: "download", name: "The Tide Reader (EPUB)", url: "https://shop.example/api/download?token=1" },
  ],
};

async function open() {
  const page = await pages.newPage();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(PAGE);
  await page.getByRole("heading", { level: 1, name: /your order is complete/ }).waitFor();
  await page.locator("#order-total").waitFor();
  const folder = process.env["SCREENSHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/${Date.now()}.png`, fullPage: true });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  return page;
}

test("M10: another browser is told that a mail went out, with the address's first letter, and can have it sent again", async () => {
  answers({ wayBack: { kind: "mail", to: "a…" } });
  const page = await open();
  const words = await page.locator('[data-way-back="mail"]').innerText();
  expect(words).toContain("We sent a mail about this order to the address given at checkout (a…).");
  expect(await page.locator("#order-mail-again button").isVisible()).toBe(true);
  expect(await page.locator("#order-keep-link").isVisible()).toBe(false);
  expect(await page.locator('[data-way-back="browser"]').isVisible()).toBe(false);

  pages.answer = () => Response.json({ status: "sent" });
  const before = pages.received.length;
  await page.locator("#order-mail-again button").click();
  await page.locator('#order-mail-again [role="status"]', { hasText: "Sent." }).waitFor();
  expect(pages.received.slice(before).map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /api/resend-mail",
  ]);
});

test("M11: another browser of a shop without mail is told where the order is, and of no mail", async () => {
  answers({ wayBack: { kind: "browser", supportEmail: "help@shop.example" } });
  const page = await open();
  const words = await page.locator('[data-way-back="browser"]').innerText();
  expect(words).toContain("use the browser you bought it with");
  expect(await page.locator('[data-way-back="support"] a').getAttribute("href")).toBe(
    "mailto:help@shop.example",
  );
  expect(await page.locator("#order-mail-again").isVisible()).toBe(false);
  expect(await page.locator("#order").innerText()).not.toMatch(/we sent|mail again/i);

  answers({ wayBack: { kind: "browser" } });
  expect(await (await open()).locator('[data-way-back="support"]').isVisible()).toBe(false);
});

test("M12: the browser that bought in a shop without mail shows the link to keep and its last day, and copies it", async () => {
  answers({
    personal: {
      ...PERSONAL,
      keepLink: { url: `https://shop.example${KEPT}`, goodUntilMs: Date.UTC(2027, 10, 30, 12) },
    },
  });
  const page = await open();
  const box = page.locator("#order-keep-link");
  expect(await box.innerText()).toContain("until November 30, 2027");
  const field = box.locator("input");
  expect(await field.inputValue()).toBe(`https://shop.example${KEPT}`);
  await field.focus();
  const selected = await field.evaluate(
    (element: HTMLInputElement) => (element.selectionEnd ?? 0) - (element.selectionStart ?? 0),
  );
  expect(selected).toBe(`https://shop.example${KEPT}`.length);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await box.locator("button").click();
  await box.locator("button", { hasText: "Copied" }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`https://shop.example${KEPT}`);
  expect(await page.locator("[data-way-back]:visible").count()).toBe(0);
});

test.each([
  "fulfilled",
  // It waits for its owner, say because its mail was refused.
  "paid",
])(
  "D41: the page of an order that is %s and stays open gets new download links before the old ones end, and the keyboard keeps its place",
  async (state) => {
    answers({ state, personal: PERSONAL });
    const page = await pages.newPage();
    await page.clock.install();
    await page.goto(PAGE);
    const link = page.locator("#order-delivery-list a");
    await link.waitFor();
    await link.focus();
    const renewed = { ...PERSONAL.deliveries[0], url: "https://shop.example/api/download?token=2" };
    await page.clock.runFor(2 * 60_000);
    answers({ state, personal: { ...PERSONAL, deliveries: [renewed] } });
    await page.clock.runFor(27 * 60_000);
    expect(await link.getAttribute("href")).toContain("token=1");
    await page.clock.runFor(60_000);
    await expect.poll(() => link.getAttribute("href")).toContain("token=2");
    expect(await link.evaluate((element) => element === document.activeElement)).toBe(true);
  },
);
