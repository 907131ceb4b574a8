import fc from "fast-check";
import { parse, type DefaultTreeAdapterTypes } from "parse5";
import { expect, test } from "vitest";

import { orderConfirmation } from "../../../../core/mail/confirmation/compose-confirmation.ts";
import { minorDigits } from "../../../../core/format/money.ts";
import type { NotificationReport } from "../../../../core/orders/outbox/notifier.ts";
import { noticeOf } from "../../../../core/notifications/notice.ts";
import { sumsOf, unexplainedMinor } from "../../../../core/orders/order-sums.ts";
import type { OrderItem, OrderSnapshot } from "../../../../core/orders/order.ts";
import { parseSnapshot } from "../../../../core/orders/stored-order.ts";
import { shopAppearance } from "../../../../core/shop-definition/appearance.ts";
import { control } from "../../../contracts/order-store.ts";
import { ORDER } from "../../../support/sample-order.ts";

const mailOf = (order: OrderSnapshot) =>
  orderConfirmation({
    order,
    shop: shopAppearance({ name: "Low Tide" }, "https://shop.example"),
    orderUrl: "https://shop.example/success.html",
    deliveries: [],
  });

const noticeTextOf = (order: OrderSnapshot, kind: "paid" | "needs_attention" = "paid"): string => {
  const report = { notification: { kind, count: 1 }, order, control: control("write-1"), dates: {} };
  return noticeOf(report as unknown as NotificationReport).text;
};

/** Reads rows such as `  2 × Poster  €64.00`: the amounts above the total, and the total. */
function rowsIn(text: string, currency: string): { above: number[]; total: number } {
  const rows = text
    .split("\n")
    .filter((line) => /^ *(?:\d+ × |Shipping {2}|Adjustment {2}|Total {2})/.test(line));
  const amounts = rows.map((line) => minorIn(line.trim().split("  ").at(-1) ?? "", currency));
  expect(rows.filter((line) => line.trim().startsWith("Total"))).toHaveLength(1);
  return { above: amounts.slice(0, -1), total: amounts.at(-1) ?? NaN };
}

function minorIn(written: string, currency: string): number {
  if (written === "Free") return 0;
  return Math.round(Number(written.replaceAll(/[^\d.-]/g, "")) * 10 ** minorDigits(currency));
}

/** The same rows of the HTML: the two cells of each row of the innermost table. */
function rowsOfHtml(html: string): string {
  const rows: string[] = [];
  const textOf = (node: DefaultTreeAdapterTypes.Node): string =>
    "value" in node && node.nodeName === "#text"
      ? node.value
      : ("childNodes" in node ? node.childNodes.map(textOf) : []).join("");
  const visit = (node: DefaultTreeAdapterTypes.Node): void => {
    if ("tagName" in node && node.tagName === "tr") {
      const cells = node.childNodes.filter((cell) => cell.nodeName === "td");
      const words = cells.map((cell) => textOf(cell).replaceAll(/\s+/g, " ").trim());
      // One unit is written without its number.
      if (cells.length === 2) rows.push(words.join("  ").replace(/^Item/, "1 × Item"));
    }
    if ("childNodes" in node) node.childNodes.forEach(visit);
  };
  visit(parse(html));
  return rows.join("\n");
}

const sum = (amounts: readonly number[]): number => amounts.reduce((all, one) => all + one, 0);

/** As https://docs.stripe.com/api/checkout/sessions/line_items describes a line: computed here, not by the simulated Stripe. */
const purchase = fc.record({
  currency: fc.constantFrom("eur", "usd", "jpy", "kwd", "isk", "ugx"),
  mode: fc.constantFrom("payment" as const, "subscription" as const),
  lines: fc.array(
    fc.record({ unit: fc.integer({ min: 0, max: 900_000 }), quantity: fc.integer({ min: 1, max: 99 }) }),
    { minLength: 1, maxLength: 6 },
  ),
  percentOff: fc.constantFrom(0, 0, 10, 33, 100),
  taxPercent: fc.constantFrom(0, 0, 7, 19, 8.875),
  isInclusive: fc.boolean(),
  shipping: fc.constantFrom(undefined, undefined, 0, 490, 1),
  /** A charge that this version of the shop does not know. */
  unknown: fc.constantFrom(0, 0, 0, 250, -300),
  isTrial: fc.boolean(),
  presentment: fc.constantFrom(undefined, { currency: "jpy", amountMinor: 10_234 }),
});

type Purchase = typeof purchase extends fc.Arbitrary<infer Value> ? Value : never;

function snapshotOf(bought: Purchase): OrderSnapshot {
  const { percentOff, taxPercent, isInclusive } = bought;
  const afterTax = (subtotal: number, off: number) => {
    const discount = Math.floor((subtotal * off) / 100);
    const rest = subtotal - discount;
    const tax = isInclusive
      ? Math.floor(rest - rest / (1 + taxPercent / 100))
      : Math.floor((rest * taxPercent) / 100);
    return { discount, tax, total: isInclusive ? rest : rest + tax };
  };
  const lines = bought.lines.map(({ unit, quantity }) => ({
    quantity,
    ...afterTax(unit * quantity, percentOff),
  }));
  const shipping = bought.shipping === undefined ? undefined : afterTax(bought.shipping, 0);
  const parts = shipping === undefined ? lines : [...lines, shipping];
  const total = sum(parts.map((part) => part.total)) + bought.unknown;
  return {
    ...ORDER,
    mode: bought.mode,
    currency: bought.currency,
    items: lines.map((line, index): OrderItem => ({
      priceId: `price_${index}`,
      name: `Item ${"ABCDEF"[index]}`,
      quantity: line.quantity,
      amountMinor: line.total,
    })),
    totalMinor: total,
    ...sumsOf({
      shipping_cost:
        shipping === undefined
          ? null
          : {
              amount_subtotal: bought.shipping ?? 0,
              amount_tax: shipping.tax,
              amount_total: shipping.total,
              shipping_rate: "shr_1",
            },
      total_details: {
        amount_discount: sum(lines.map(({ discount }) => discount)),
        amount_shipping: bought.shipping ?? 0,
        amount_tax: sum(parts.map(({ tax }) => tax)),
      },
    }),
    ...(bought.isTrial && { isTrial: true as const }),
    ...(bought.presentment && { presentment: bought.presentment }),
  };
}

test("F01: whatever is bought, the rows that a reader sees add up to the total: mail as text and HTML, notice", () => {
  fc.assert(
    fc.property(purchase, (bought) => {
      const order = snapshotOf(bought);
      const { text, html = "" } = mailOf(order);
      for (const written of [text, rowsOfHtml(html), noticeTextOf(order)]) {
        const { above, total } = rowsIn(written, order.currency);
        expect(total).toBe(order.totalMinor);
        expect(sum(above)).toBe(total);
        const rows =
          order.items.length + Number(order.shippingMinor !== undefined) + Number(bought.unknown !== 0);
        expect(above).toHaveLength(rows);
      }
    }),
    { numRuns: 200 },
  );
});

test("F01: tax and discount are shown once, as parts of the amounts, and only where there are any", () => {
  const order = { ...ORDER, totalMinor: 6400, taxMinor: 1022, discountMinor: 800 };
  for (const written of [mailOf(order).text, noticeTextOf(order)]) {
    expect(written).toMatch(
      /Total {2}€64\.00\n *Includes a discount of €8\.00\.\n *Includes €10\.22 tax\.\n/,
    );
    expect(written).not.toMatch(/Adjustment|Shipping/);
  }
  expect(mailOf(ORDER).text).not.toMatch(/Includes|Adjustment|Shipping/);
  expect(sumsOf({ shipping_cost: null, total_details: null })).toEqual({});
});

test("F01: shipping that costs nothing is shown as free, and not mentioned where nothing is shipped", () => {
  expect(mailOf({ ...ORDER, shippingMinor: 0 }).text).toContain("€64.00\n  Shipping  Free\n  Total  €64.00");
  expect(noticeTextOf({ ...ORDER, shippingMinor: 0 })).toContain("€64.00\nShipping  Free\nTotal  €64.00");
  expect(mailOf(ORDER).text).not.toContain("Shipping");
});

test("F05: an order recorded before shipping was recorded is read as ever, and the unknown amount gets a neutral row", () => {
  const { orderId } = ORDER;
  const old = parseSnapshot(orderId, JSON.stringify({ ...ORDER, totalMinor: 6890 }));
  expect(old).toEqual({ ...ORDER, totalMinor: 6890 });
  expect(mailOf(old).text).toContain("  2 × Poster  €64.00\n  Adjustment  €4.90\n  Total  €68.90");
  expect(noticeTextOf(old)).toContain("2 × Poster  €64.00\nAdjustment  €4.90\nTotal  €68.90");
  const cheaper = { ...ORDER, totalMinor: 6000 };
  expect(unexplainedMinor(cheaper)).toBe(-400);
  expect(mailOf(cheaper).text).toContain("  Adjustment  -€4.00\n  Total  €60.00");
});

test("F05: the sums that are written down are read back", () => {
  const order: OrderSnapshot = {
    ...ORDER,
    totalMinor: 6890,
    shippingMinor: 490,
    taxMinor: 1100,
    discountMinor: 1,
    needsShipping: true,
    isTrial: true,
  };
  expect(parseSnapshot(order.orderId, JSON.stringify(order))).toEqual(order);
});

test.for([
  [
    "payment",
    6400,
    undefined,
    "Thank you for your order",
    "your payment has arrived. Here is what you bought.",
  ],
  [
    "payment",
    0,
    undefined,
    "Thank you for your order",
    "here is what you ordered. There was nothing to pay.",
  ],
  [
    "subscription",
    600,
    undefined,
    "Your subscription has started",
    "thank you. Your first payment has arrived.",
  ],
  [
    "subscription",
    0,
    undefined,
    "Your subscription has started",
    "thank you. There was nothing to pay today.",
  ],
  ["subscription", 0, true, "Your trial has started", "thank you. Nothing has been charged yet."],
  // A setup fee beside the trial.
  ["subscription", 2000, true, "Your trial has started", "thank you. Your payment has arrived."],
] as const)(
  "F03, F04: a %s of %i, trial: %s, is headed %j",
  ([mode, totalMinor, isTrial, headline, opening]) => {
    const items = [{ priceId: "price_1", name: "Almanac", quantity: 1, amountMinor: totalMinor }];
    const order = { ...ORDER, mode, totalMinor, items, ...(isTrial && { isTrial }) };
    const { text, html = "" } = mailOf(order);
    expect(text).toContain(opening);
    for (const said of [headline, opening]) expect(html.replaceAll(/\s+/g, " ")).toContain(said);
    if (totalMinor === 0) expect(`${text}${html}`).not.toMatch(/payment has arrived/i);
    const notice = noticeTextOf(order);
    expect(notice.includes("begins with a trial")).toBe(isTrial === true);
    expect(notice.includes("Nothing has been paid")).toBe(totalMinor === 0);
    expect(noticeTextOf(order, "needs_attention").includes("It is paid")).toBe(totalMinor > 0);
  },
);

test("F09: the mail says that goods will be posted, and the notice tells the owner to post them", () => {
  const order: OrderSnapshot = { ...ORDER, needsShipping: true };
  expect(mailOf(order).text).toContain("We will send your order to the address that you gave.");
  expect(noticeTextOf(order)).toContain(
    "You have to ship it. The address is in Stripe, behind the link below.",
  );
  expect(mailOf(ORDER).text).not.toContain("We will send");
  expect(noticeTextOf(ORDER)).not.toContain("You have to ship it");
});
