import type { SeededBug } from "./seeded-bug.ts";

const FACTS = "core/stripe/checkout-facts.ts";
const SUMS = "core/orders/order-sums.ts";

/** The total of an order, and whether its rows add up to it. */
export const SUM_BUGS: readonly SeededBug[] = [
  {
    name: "line-before-discount",
    what: "A line's amount is the one before its discount and its tax.",
    hazards: "F01, F15",
    patches: [
      {
        file: FACTS,
        find: "amountMinor: line.amount_total,",
        replace: "amountMinor: line.amount_subtotal,",
      },
    ],
  },
  {
    name: "shipping-left-out",
    what: "The shipping is not written down.",
    hazards: "F01, F02, F15",
    patches: [
      { file: SUMS, find: "...(shipping && { shippingMinor: shipping.amount_total }),", replace: "" },
    ],
  },
  {
    name: "shipping-before-tax",
    what: "The shipping is written down without its tax.",
    hazards: "F01, F15",
    patches: [
      {
        file: SUMS,
        find: "shippingMinor: shipping.amount_total }",
        replace: "shippingMinor: shipping.amount_subtotal }",
      },
    ],
  },
  {
    name: "free-shipping-unknown",
    what: "Free shipping is taken for no shipping.",
    hazards: "F01, F15",
    patches: [
      {
        file: SUMS,
        find: "...(shipping && { shippingMinor",
        replace: "...(shipping && shipping.amount_total > 0 && { shippingMinor",
      },
    ],
  },
  {
    name: "tax-counted-twice",
    what: "The tax is put on top of a total that holds it.",
    hazards: "F01, F15",
    patches: [
      {
        file: FACTS,
        find: "totalMinor: session.amount_total ?? 0,",
        replace: "totalMinor: (session.amount_total ?? 0) + (session.total_details?.amount_tax ?? 0),",
      },
    ],
  },
  {
    name: "total-before-shipping",
    what: "The total is the sum of the items before discounts, taxes and shipping.",
    hazards: "F01, F15",
    patches: [
      {
        file: FACTS,
        find: "totalMinor: session.amount_total ?? 0,",
        replace: "totalMinor: session.amount_subtotal ?? 0,",
      },
    ],
  },
  {
    name: "discount-for-tax",
    what: "The discount is written down as the tax.",
    hazards: "F01, F15",
    patches: [{ file: SUMS, find: "{ taxMinor: tax }", replace: "{ taxMinor: discount }" }],
  },
  {
    name: "one-of-each",
    what: "The quantity is always one.",
    hazards: "F15",
    patches: [{ file: FACTS, find: "quantity: line.quantity ?? 1,", replace: "quantity: 1," }],
  },
  {
    name: "nothing-to-send",
    what: "Goods that are shipped are taken for files.",
    hazards: "F09, F15",
    patches: [
      {
        file: FACTS,
        find: "return (asked ?? collected?.shipping_details ?? null) !== null;",
        replace: "return (collected?.shipping_details ?? null) !== null;",
      },
    ],
  },
  {
    name: "webhook-without-shipping",
    what: "The owner's server is told the total, but not the shipping.",
    hazards: "F02, F15",
    patches: [
      {
        file: "core/notifications/webhook-channel.ts",
        find: "shippingMinor: order.shippingMinor ?? null,",
        replace: "shippingMinor: null,",
      },
    ],
  },
  {
    name: "page-without-shipping",
    what: "The order page is told the total, but not the shipping.",
    hazards: "F02, F15",
    patches: [
      {
        file: "core/order-page/order-status.ts",
        find: "...(shippingMinor !== undefined && { shippingMinor }),",
        replace: "",
      },
    ],
  },
  {
    name: "mail-counts-tax-twice",
    what: "The mail has the tax as a row of its own.",
    hazards: "F01, F15",
    patches: [
      {
        file: "core/mail/confirmation/sum-rows.ts",
        find: '...(rest === 0 ? [] : [{ name: "Adjustment", amount: money(rest) }]),',
        replace:
          '...(order.taxMinor === undefined ? [] : [{ name: "Shipping", amount: money(order.taxMinor) }]),',
      },
    ],
  },
];
