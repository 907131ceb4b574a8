import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { orderConfirmation } from "../../core/mail/confirmation/compose-confirmation.ts";
import { shopAppearance } from "../../core/shop-definition/appearance.ts";
import { launchChromium } from "./launch-chromium.ts";

let browser: Browser;
/** Every request that the mail makes to the network. */
const asked: string[] = [];
beforeAll(async () => {
  browser = await launchChromium();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  expect(asked.splice(0)).toEqual([]);
});
afterAll(() => browser.close());

/** Everything that a mail can hold, with words wider than the screen. */
const { html = "" } = orderConfirmation({
  order: {
    v: 1,
    orderId: `cs_live_${"a1B2c3D4".repeat(8)}`,
    livemode: true,
    mode: "payment",
    createdMs: Date.UTC(2026, 10, 21, 12),
    items: [
      { priceId: "price_1", name: "Tide chart poster, A2", quantity: 2, amountMinor: 6400 },
      {
        priceId: "price_2",
        name: "Donaudampfschifffahrtsgesellschaftskapitänsmütze",
        quantity: 1,
        amountMinor: 1400,
      },
      { priceId: "price_3", name: "Ebb for Mac", quantity: 1, amountMinor: 999_999_900 },
    ],
    currency: "eur",
    totalMinor: 1_000_007_700,
    presentment: { currency: "jpy", amountMinor: 1_600_000_000 },
    buyer: { name: "Ada Lovelace" },
  },
  shop: shopAppearance({ name: "Low Tide", supportEmail: "hello@lowtide.example" }, "https://shop.example"),
  orderUrl: "https://shop.example/success.html?session_id=cs_live_1",
  deliveries: [
    [],
    [
      {
        kind: "download",
        name: "The Tide Reader (EPUB)",
        url: "https://shop.example/a",
        note: "Until 5 December.",
      },
    ],
    [
      { kind: "license", name: "License key", key: "EBB1.".concat("eyJvIjoiY3Nf".repeat(12)) },
      { kind: "link", name: "Members' area", url: "https://members.example/" },
      { kind: "text", name: "How to begin", text: "Open it.\nPaste the key." },
    ],
  ],
});

async function open(width: number, colorScheme: "light" | "dark"): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 700 }, colorScheme, offline: true });
  const page = await context.newPage();
  page.on("request", (request) => asked.push(request.url()));
  await page.setContent(html);
  return page;
}

for (const width of [320, 375, 800]) {
  for (const scheme of ["light", "dark"] as const) {
    test(`the mail fits ${width} px, and all of it can be read in a ${scheme} color scheme`, async () => {
      const page = await open(width, scheme);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      const contrasts = await page.evaluate(readContrasts);
      expect(contrasts.length).toBeGreaterThan(15);
      expect(contrasts.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
    });
  }
}

test("the mail fits a phone even without its styles", async () => {
  const page = await open(320, "light");
  await page.evaluate(() => document.querySelector("style")?.remove());
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
});

/** Runs in the page: every visible text with its contrast to its background. */
function readContrasts(): { text: string; contrast: number }[] {
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((channel) => {
      const share = Number(channel) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const background = (element: Element | null): string => {
    if (element === null) return "rgb(255, 255, 255)";
    const color = getComputedStyle(element).backgroundColor;
    return color === "rgba(0, 0, 0, 0)" ? background(element.parentElement) : color;
  };
  const found: { text: string; contrast: number }[] = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent?.trim() ?? "";
    if (text === "" || element === null || element.getClientRects().length === 0) continue;
    const [one, other] = [luminance(getComputedStyle(element).color), luminance(background(element))];
    found.push({ text, contrast: (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) });
  }
  return found;
}
