import { expect, test } from "vitest";

import { openPages } from "./open-pages.ts";

const pages = openPages();

const PRICES = [
  "price_poster_a2",
  "price_ebook_tides",
  "price_app_license",
  "price_almanac_monthly",
  "price_print_deposit",
];

test("sells every product of the demo catalog, and every form sells what its button sells", async () => {
  const page = await pages.newPage();
  await page.goto("/");
  const sold = await page.locator(".stripe-checkout-btn").evaluateAll((buttons) =>
    buttons.map((button) => {
      const { form, dataset } = button as HTMLButtonElement;
      const fields = form && Object.fromEntries(new FormData(form));
      return {
        price: dataset["priceId"],
        posted: fields?.["price_id"],
        action: form?.getAttribute("action"),
      };
    }),
  );
  expect(sold.map(({ price }) => price)).toEqual(PRICES);
  const forms = sold.filter(({ action }) => action !== undefined);
  expect(forms).toHaveLength(4);
  for (const { price, posted, action } of forms) {
    expect(posted).toBe(price);
    expect(action).toBe("/api/create-checkout-session");
  }
});

test.each(["/", "/success.html?session_id=cs_test_1", "/canceled.html?session_id=cs_test_1", "/404.html"])(
  "%s fits a screen of 320 px, in both color schemes",
  async (path) => {
    pages.answer = () => Response.json({}, { status: 404 });
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await pages.newPage({ viewport: { width: 320, height: 640 }, colorScheme });
      await page.goto(path);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    }
  },
);

test("every picture loads, and has a size and a description, which may be empty on purpose", async () => {
  const page = await pages.newPage();
  await page.goto("/");
  const images = await page.locator("img").all();
  expect(images.length).toBeGreaterThan(PRICES.length);
  for (const image of images) {
    await image.scrollIntoViewIfNeeded();
    await expect
      .poll(() => image.evaluate((element: HTMLImageElement) => element.naturalWidth))
      .toBeGreaterThan(0);
    expect(await image.getAttribute("width")).toMatch(/^\d+$/);
    expect(await image.getAttribute("height")).toMatch(/^\d+$/);
    expect(await image.getAttribute("alt")).not.toBeNull();
  }
});

test("every button can be reached and recognized with the keyboard alone", async () => {
  const page = await pages.newPage();
  await page.goto("/");
  const reached = new Set<string>();
  for (let tabs = 0; tabs < 20; tabs += 1) {
    await page.keyboard.press("Tab");
    const { label, outline } = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      return { label: element.innerText, outline: getComputedStyle(element).outlineStyle };
    });
    expect(outline).not.toBe("none");
    reached.add(label.trim());
    if (label.trim() === "Book a seat") break;
  }
  for (const label of ["Buy the poster", "Buy the e-book", "Buy a license", "Subscribe", "Book a seat"]) {
    expect(reached).toContain(label);
  }
});
