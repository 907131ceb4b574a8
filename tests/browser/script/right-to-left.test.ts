import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { orderConfirmation } from "../../../core/mail/confirmation/compose-confirmation.ts";
import type { OrderSnapshot } from "../../../core/orders/order.ts";
import { shopAppearance } from "../../../core/shop-definition/appearance.ts";
import { openPages } from "./open-pages.ts";

const pages = openPages();

/** Arabic, with a size in brackets, a year and a mark at its end; the text around it is English. */
const POSTER = "ملصق المد والجزر (A2) 2026!";
const NAMES = [POSTER, "ספר הגאות 3 (PDF)", "Ebb – جزر 2"];
const items = NAMES.map((name, index) => ({
  priceId: `price_${index}`,
  name,
  quantity: index + 2,
  amountMinor: 3200 * (index + 2),
}));
const totalMinor = 28_800 + 490;

const ORDER: OrderSnapshot = {
  v: 1,
  orderId: "cs_test_1",
  livemode: false,
  mode: "payment",
  createdMs: Date.UTC(2026, 10, 21, 12),
  items,
  currency: "eur",
  totalMinor,
  shippingMinor: 490,
  needsShipping: true,
  buyer: { name: "محمد 2" },
};
const DELIVERIES = [
  { kind: "download" as const, name: POSTER, url: "https://shop.example/api/download" },
  { kind: "license" as const, name: POSTER, key: "EBB1.AAAA" },
  { kind: "text" as const, name: POSTER, text: "افتح الملف (1)!\nThen this (2)." },
];

async function openOrderPage(): Promise<Page> {
  pages.answer = () =>
    Response.json({
      state: "fulfilled",
      mode: "payment",
      items: items.map(({ name, quantity, amountMinor }) => ({ name, quantity, amountMinor })),
      currency: "eur",
      totalMinor,
      shippingMinor: 490,
      needsShipping: true,
      personal: { deliveries: DELIVERIES },
    });
  const page = await pages.newPage({ viewport: { width: 360, height: 800 } });
  await page.goto("/success.html?session_id=cs_test_1");
  await page.locator("#order-total").waitFor();
  return page;
}

async function openMail(): Promise<Page> {
  const { html = "" } = orderConfirmation({
    order: ORDER,
    shop: shopAppearance({ name: "متجر الجزر (1)" }, "https://shop.example"),
    orderUrl: "https://shop.example/success.html",
    deliveries: [DELIVERIES],
  });
  const page = await pages.newPage({ viewport: { width: 360, height: 800 } });
  await page.setContent(html);
  return page;
}

interface Glyph {
  character: string;
  left: number;
  right: number;
  top: number;
}

/** Where the browser has drawn each letter of every text that holds a name: in the page, in the order of the text. */
function drawn(name: string): { before: Glyph[]; name: Glyph[]; after: Glyph[] }[] {
  const found: { before: Glyph[]; name: Glyph[]; after: Glyph[] }[] = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode as Text;
    const at = node.data.indexOf(name);
    const line = node.parentElement?.closest("td, th, li h3, li a, li span, p");
    if (at < 0 || !line || line.getClientRects().length === 0) continue;
    const glyphs = (text: Text, from: number, to: number): Glyph[] =>
      Array.from({ length: to - from }, (_, index) => {
        const range = document.createRange();
        range.setStart(text, from + index);
        range.setEnd(text, from + index + 1);
        const { left, right, top } = range.getBoundingClientRect();
        return { character: text.data[from + index] ?? "", left, right, top };
      }).filter(({ left, right }) => right > left);
    const around: { before: Glyph[]; after: Glyph[] } = { before: [], after: [] };
    const others = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    while (others.nextNode()) {
      const other = others.currentNode as Text;
      if (other === node) continue;
      const isBefore = other.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
      around[isBefore ? "before" : "after"].push(...glyphs(other, 0, other.length));
    }
    found.push({ ...around, name: glyphs(node, at, at + name.length) });
  }
  return found;
}

const PLACES = [
  ["the order page", openOrderPage],
  ["the mail", openMail],
] as const;

test.for(PLACES)("F10, F11: %s at 360 px keeps a right-to-left name whole", async ([, open]) => {
  const page = await open();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  for (const name of NAMES.slice(0, 2)) {
    const places = await page.evaluate(drawn, name);
    expect(places.length).toBeGreaterThan(0);
    for (const { before, name: glyphs, after } of places) {
      const rows = Map.groupBy(glyphs, ({ top }) => Math.round(top / 8));
      for (const row of rows.values()) {
        const [left, right] = [
          Math.min(...row.map((glyph) => glyph.left)),
          Math.max(...row.map((glyph) => glyph.right)),
        ];
        // None of the surrounding text is within the name's part of a line.
        for (const { left: from, right: to, top, character } of [...before, ...after]) {
          const isOnThisLine = Math.abs(top - (row[0]?.top ?? 0)) < 8;
          if (isOnThisLine && character.trim() !== "")
            expect(from >= right - 1 || to <= left + 1, character).toBe(true);
        }
      }
      // The first letter stands at the right of its line, and the mark at the end furthest left of its own.
      const [first, last] = [glyphs[0], glyphs.at(-1)];
      for (const { top, left } of glyphs) {
        if (first && Math.abs(top - first.top) < 8) expect(left).toBeLessThanOrEqual(first.left + 0.5);
        if (last && Math.abs(top - last.top) < 8) expect(left).toBeGreaterThanOrEqual(last.left - 0.5);
      }
    }
  }
  const folder = process.env["SCREENSHOTS"];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${open.name}.png`, fullPage: true });
});
