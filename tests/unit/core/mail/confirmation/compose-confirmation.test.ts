import { parse, type DefaultTreeAdapterTypes } from "parse5";
import { expect, test } from "vitest";

import { orderConfirmation } from "../../../../../core/mail/confirmation/compose-confirmation.ts";
import type { Confirmation } from "../../../../../core/mail/confirmation/confirmation-words.ts";
import { formatMoney } from "../../../../../core/format/money.ts";
import type { OrderSnapshot } from "../../../../../core/orders/order.ts";
import { shopAppearance } from "../../../../../core/shop-definition/appearance.ts";
import { ORDER } from "../../../../support/sample-order.ts";

test.for([
  [3200, "eur", "€32.00"],
  [500, "jpy", "¥500"],
  [1234, "kwd", "KWD 1.234"],
  [123400, "isk", "ISK 1,234"],
  [500000, "ugx", "UGX 5,000"],
  [12345, "rsd", "RSD 123.45"],
] as const)("B15: %i %s is written %s", ([amountMinor, currency, text]) => {
  expect(formatMoney(amountMinor, currency, "en").replace("\u00a0", " ")).toBe(text);
});

function confirmation(order: Partial<OrderSnapshot> = {}, more: Partial<Confirmation> = {}) {
  const written = orderConfirmation({
    order: { ...ORDER, ...order },
    shop: shopAppearance({ supportEmail: "help@shop.example" }, "https://shop.example"),
    orderUrl: "https://shop.example/success.html?session_id=cs_test_1",
    deliveries: [],
    ...more,
  });
  const body = parse(written.html ?? "");
  return { ...written, elements: elementsOf(body), read: textOf(body) };
}

type Node = DefaultTreeAdapterTypes.Node;

function elementsOf(node: Node): DefaultTreeAdapterTypes.Element[] {
  const children = "childNodes" in node ? node.childNodes.flatMap(elementsOf) : [];
  return "tagName" in node ? [node, ...children] : children;
}

/** What a reader sees, in one line. */
function textOf(node: Node): string {
  if (node.nodeName === "style") return "";
  if ("value" in node && node.nodeName === "#text") return node.value;
  const children = "childNodes" in node ? node.childNodes : [];
  return children.map(textOf).join(" ").replaceAll(/\s+/g, " ");
}

const attribute = (element: DefaultTreeAdapterTypes.Element, name: string): string | undefined =>
  element.attrs.find((attr) => attr.name === name)?.value;

test("both forms name what was bought, the total, the order, its page and where to ask", () => {
  const { subject, text, read, elements } = confirmation();
  expect(subject).toBe("Your order at shop.example");
  expect(text).toContain("Hello Ada,");
  expect(text).toContain("  2 × Poster  €64.00\n  Total  €64.00");
  for (const said of ["2 × Poster", "€64.00", "cs_test_1", "21 November 2026", "help@shop.example"]) {
    expect(text).toContain(said);
    expect(read).toContain(said);
  }
  const links = elements.map((element) => attribute(element, "href")).filter((href) => href !== undefined);
  expect(links).toEqual([
    "https://shop.example/success.html?session_id=cs_test_1",
    "mailto:help@shop.example",
  ]);
  expect(text).toContain("\nhttps://shop.example/success.html?session_id=cs_test_1\n");
});

test.for([
  [500, "jpy", undefined, "¥500"],
  [1234, "kwd", undefined, "KWD 1.234"],
  [123400, "isk", "is", "1.234 kr."],
  [500000, "ugx", undefined, "UGX 5,000"],
  [640000, "eur", "de", "6.400,00 €"],
  [640000, "eur", "pt-BR", "€ 6.400,00"],
  [6400, "eur", "no locale at all", "€64.00"],
] as const)(
  "B15: a total of %i %s (locale %s) is written %s in both forms",
  ([totalMinor, currency, locale, written]) => {
    const { text, read } = confirmation({ totalMinor, currency, items: [], ...(locale && { locale }) });
    expect(text.replaceAll(/[\u00a0\u202f]/g, " ")).toContain(`Total  ${written}`);
    expect(read.replaceAll(/[\u00a0\u202f]/g, " ")).toContain(`Total ${written}`);
  },
);

test("the amount in the buyer's own currency stands beside the shop's total", () => {
  const { text, read } = confirmation({ presentment: { currency: "jpy", amountMinor: 10_234 } });
  expect(text).toContain("Total  €64.00\n  You paid ¥10,234, converted by Stripe.");
  expect(read).toContain("You paid ¥10,234, converted by Stripe.");
});

test("a subscription's mail says that it has started", () => {
  expect(confirmation({ mode: "subscription" }).read).toContain("Your subscription has started");
});

test("a line lists what it delivers: downloads, links, license keys and texts", () => {
  const { text, read, elements } = confirmation(
    { items: [...ORDER.items, { priceId: "price_2", name: "App", quantity: 1, amountMinor: 900 }] },
    {
      deliveries: [
        [],
        [
          {
            kind: "download",
            name: "Reader (EPUB)",
            url: "https://shop.example/d?a=1&b=2",
            note: "Until 5 December",
          },
          { kind: "link", name: "Members' area", url: "https://members.example/" },
          { kind: "license", name: "License key", key: "LT1-AAAA-BBBB" },
          { kind: "text", name: "How to begin", text: "First this.\nThen <that>.\u2028Done." },
        ],
      ],
    },
  );
  for (const said of [
    "Reader (EPUB)",
    "Until 5 December",
    "Members' area",
    "LT1-AAAA-BBBB",
    "Then <that>.",
  ]) {
    expect(text).toContain(said);
    expect(read).toContain(said);
  }
  expect(text).toContain("    First this.\n    Then <that>.\n    Done.\n");
  expect(text).toContain("    https://shop.example/d?a=1&b=2\n");
  expect(elements.map((element) => attribute(element, "href"))).toContain("https://shop.example/d?a=1&b=2");
});

test("D24: an address that is not http or https does not become a link", () => {
  const { elements } = confirmation(
    {},
    { deliveries: [[{ kind: "link", name: "Run", url: "javascript:alert(1)" }]] },
  );
  expect(elements.map((element) => attribute(element, "href")).join()).not.toContain("javascript:");
});

test.for([
  ["Ada", "Hello Ada,"],
  ["J.R. Smith", "Hello J.R. Smith,"],
  ["名前", "Hello 名前,"],
  ["Win at http://evil.example/", "Hello,"],
  ["visit evil.example now", "Hello,"],
  ["A".repeat(61), "Hello,"],
  ["  ", "Hello,"],
  [undefined, "Hello,"],
] as const)("D25: a buyer called %j is greeted %j: an advertisement is not passed on", ([name, greeting]) => {
  const { text, read } = confirmation({ buyer: { email: "a@example.com", ...(name && { name }) } });
  expect(text.split("\n")[0]).toBe(greeting);
  expect(read).toContain(greeting);
});

test("the only picture is the shop's logo, with its name in case it is not shown; there is no script and no form", () => {
  expect(confirmation().elements.filter(({ tagName }) => tagName === "img")).toEqual([]);
  const shop = shopAppearance({ name: "Low Tide", logoUrl: "/images/logo.png" }, "https://shop.example");
  const { elements, html } = confirmation({}, { shop });
  const [logo, ...others] = elements.filter(({ tagName }) => tagName === "img");
  expect(others).toEqual([]);
  expect(logo && attribute(logo, "src")).toBe("https://shop.example/images/logo.png");
  expect(logo && attribute(logo, "alt")).toBe("Low Tide");
  const names = new Set(elements.map(({ tagName }) => tagName));
  for (const forbidden of ["script", "form", "iframe", "link", "object"])
    expect(names.has(forbidden)).toBe(false);
  expect(html).not.toMatch(/url\(|@import/);
});

test("the mail has the shop's colors, and its button can be read whatever they are", () => {
  const colors = { accent: "#ffe14d", background: "#ffffff", text: "#222222" };
  const shop = shopAppearance({ colors, supportEmail: "help@shop.example" }, "https://shop.example");
  const { html, elements } = confirmation({}, { shop });
  const styleOfLink = (start: string): string | undefined => {
    const link = elements.find((element) => attribute(element, "href")?.startsWith(start));
    return link && attribute(link, "style");
  };
  expect(html).toContain("background-color:#ffe14d");
  expect(styleOfLink("https://shop.example/")).toContain("color:#000000");
  // Too pale for text: links have the text's color.
  expect(styleOfLink("mailto:")).toBe("color:#222222");
});
