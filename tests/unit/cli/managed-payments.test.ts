import type Stripe from "stripe";
import { expect, test } from "vitest";

import { checkTaxCode, managedPaymentsConflicts } from "../../../cli/site/managed-payments.ts";

const shipping = { countries: ["DE"] };

test("B27: options that Stripe refuses beside managedPayments are named before the click, each once", () => {
  expect(
    managedPaymentsConflicts({
      checkout: { managedPayments: true, automaticTax: true, phone: true },
      prices: {
        ebook: {},
        poster: { checkout: { managedPayments: false, shipping } },
        app: { checkout: { shipping } },
        course: { checkout: { automaticTax: false } },
      },
    }),
  ).toEqual([
    "checkout: `automaticTax` cannot be used with `managedPayments`: Link adds and pays the tax itself, and Stripe would refuse the checkout. Set one of the two to false there.",
    'prices["app"].checkout: `shipping` cannot be used with `managedPayments`: Link sells digital goods only, and Stripe would refuse the checkout. Set one of the two to false there.',
  ]);
});

test("B27: a shop that ships goods, and sells one price through Link, need only remove the shipping from that price", () => {
  const ebook = (own: object) => ({ checkout: { shipping }, prices: { ebook: { checkout: own } } });
  expect(managedPaymentsConflicts(ebook({ managedPayments: true }))).toHaveLength(1);
  expect(managedPaymentsConflicts(ebook({ managedPayments: true, shipping: false }))).toEqual([]);
  expect(managedPaymentsConflicts({ checkout: { automaticTax: true, shipping } })).toEqual([]);
});

test("B27: a product without an eligible tax code is named if Link is to sell it", () => {
  const judge = (product: unknown, managedPayments?: boolean) =>
    checkTaxCode(
      "ebook",
      { product } as Stripe.Price,
      managedPayments === undefined ? {} : { managedPayments },
    );
  expect(judge({ tax_code: null }, true)).toEqual([
    'the product of "ebook" has no tax code, which Stripe demands for `managedPayments`. Give it one of digital goods in the Stripe dashboard, or set `checkout: { managedPayments: false }` for this price in shop.config.ts.',
  ]);
  expect(judge({ tax_code: "txcd_99999999" }, true)).toHaveLength(1);
  expect(judge({ tax_code: "txcd_10302000" }, true)).toEqual([]);
  expect(judge({ tax_code: null })).toEqual([]);
  expect(judge({ tax_code: null }, false)).toEqual([]);
  // A restricted key that may not read products.
  expect(judge("prod_1", true)).toEqual([]);
});
