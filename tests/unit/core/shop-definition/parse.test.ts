import { expect, test } from "vitest";

import { parseShopDefinition, ShopDefinitionError } from "../../../../core/shop-definition/parse.ts";
import { defineShop } from "../../../../core/shop-definition/shop-definition.ts";
import shopOfTheDemo from "../../../../shop.config.ts";

function problemsOf(definition: unknown): readonly string[] {
  try {
    parseShopDefinition(definition);
    return [];
  } catch (error) {
    if (error instanceof ShopDefinitionError) return error.problems;
    throw error;
  }
}

test("accepts a shop that says nothing, and the demo's", () => {
  expect(parseShopDefinition({})).toEqual({});
  expect(parseShopDefinition(shopOfTheDemo)).toEqual(shopOfTheDemo);
});

test("accepts everything that can be said, and passes it on unchanged", () => {
  const whole = defineShop({
    name: "Low Tide",
    supportEmail: "help@shop.example",
    colors: { accent: "#0b6b75", background: "#FFFFFF", text: "#101010" },
    logoUrl: "/images/logo.png",
    pages: "_site",
    prices: {
      "poster-a2": {
        maxQuantity: 10,
        deliver: [
          { kind: "file", name: "Guide", file: "private/guide.pdf" },
          { kind: "file", name: "Film", file: { bucketKey: "films/tide.mp4" } },
          { kind: "link", name: "Members' area", url: "https://shop.example/members" },
          { kind: "license" },
          { kind: "text", name: "How to begin", text: "Open it." },
        ],
        checkout: {
          shipping: {
            countries: ["DE", "FR"],
            rates: [
              "shr_1",
              { name: "Letter", amountMinor: 490, currency: "eur", delivery: { min: 2, max: 4 } },
            ],
          },
          customFields: [
            { key: "engraving", label: "Engraving", kind: "text", maxLength: 20, optional: true },
            { key: "size", label: "Size", kind: "choice", choices: [{ value: "m", label: "M" }] },
          ],
          adjustableQuantity: { min: 1, max: 5 },
        },
      },
    },
    checkout: {
      automaticTax: true,
      taxIds: true,
      promotionCodes: true,
      phone: true,
      termsConsent: true,
      billingAddress: "required",
    },
    onPaid: () => undefined,
    onRevoked: async () => undefined,
  });
  expect(parseShopDefinition(whole)).toEqual(whole);
});

test.for<[unknown, string]>([
  [undefined, "The default export must be an object in curly braces."],
  [[], "The default export must be an object in curly braces."],
  [{ nmae: "Low Tide" }, "nmae is not known here. Is it misspelled?"],
  [{ name: "" }, "name must be a text of at most 100 characters, and not empty."],
  [{ supportEmail: "help" }, "supportEmail must be a mail address, such as help@shop.example."],
  // The mail would leave it out, and no answer could be sent to it.
  [{ supportEmail: "help@shop..example" }, "supportEmail must be a mail address, such as help@shop.example."],
  [{ colors: { accent: "teal" } }, "colors.accent must be a color such as #0b6b75."],
  [
    { logoUrl: "http://shop.example/logo.png" },
    "logoUrl must be an address that begins with https://, or a path on your site such as /images/logo.png.",
  ],
  [{ pages: "../elsewhere" }, 'pages must be a folder of this project, such as "_site".'],
  [{ onPaid: "send it" }, "onPaid must be a function."],
  [{ prices: ["price_1"] }, "prices must be an object in curly braces."],
  [
    { prices: { "poster a2": {} } },
    'prices["poster a2"] is not a price id (price_…) or a lookup key: letters, digits and _ - . : only.',
  ],
  [
    { prices: { "poster-a2": { maxQuantity: 0 } } },
    'prices["poster-a2"].maxQuantity must be a whole number from 1 to 999.',
  ],
  [
    { prices: { "poster-a2": { maxQuantity: "10" } } },
    'prices["poster-a2"].maxQuantity must be a whole number from 1 to 999.',
  ],
  [
    { prices: { poster: { maxQuantitty: 1 } } },
    "prices.poster.maxQuantitty is not known here. Is it misspelled?",
  ],
  [
    { prices: { poster: { deliver: [{ kind: "parcel" }] } } },
    'prices.poster.deliver[0].kind must be one of "file", "link", "license", "text".',
  ],
  [
    { prices: { poster: { deliver: [{ kind: "file", name: "Guide", file: "public/guide.pdf" }] } } },
    'prices.poster.deliver[0].file must be a file in the folder private, such as "private/guide.pdf", or a key of your bucket: { bucketKey: "guide.pdf" }.',
  ],
  [
    { prices: { poster: { deliver: [{ kind: "file", name: "Guide", file: "private/../.env" }] } } },
    'prices.poster.deliver[0].file must be a file in the folder private, such as "private/guide.pdf", or a key of your bucket: { bucketKey: "guide.pdf" }.',
  ],
  [
    { prices: { poster: { deliver: [{ kind: "link", name: "Area", url: "javascript:alert(1)" }] } } },
    "prices.poster.deliver[0].url must be an address that begins with https://.",
  ],
  [
    { checkout: { shipping: { countries: ["Germany"] } } },
    'checkout.shipping.countries[0] must be a two-letter code of a country, such as "DE".',
  ],
  [
    { checkout: { shipping: { countries: ["DE"], rates: ["a", "b", "c", "d", "e", "f"] } } },
    "checkout.shipping.rates may hold five shipping rates at most: Stripe shows no more.",
  ],
  [
    { checkout: { customFields: [{ key: "a b", label: "Engraving", kind: "text" }] } },
    "checkout.customFields[0].key must be letters and digits only.",
  ],
  [
    { checkout: { shipping: { countries: ["CU"] } } },
    "checkout.shipping.countries[0] is not a country that Stripe accepts addresses from.",
  ],
  [
    { checkout: { shipping: { countries: ["DE"], rates: ["express"] } } },
    'checkout.shipping.rates[0] must be a shipping rate from your Stripe dashboard ("shr_…") or { name, amountMinor, currency }.',
  ],
  [
    {
      checkout: {
        shipping: { countries: ["DE"], rates: [{ name: "A", amountMinor: 4.9, currency: "eur" }] },
      },
    },
    "checkout.shipping.rates[0].amountMinor must be a whole number from 0 to 99999999.",
  ],
  [
    { checkout: { shipping: { country: ["DE"] } } },
    "checkout.shipping.country is not known here. Is it misspelled?",
  ],
  [{ checkout: { shipping: true } }, "checkout.shipping must be false or { countries, rates }."],
  [
    { checkout: { adjustableQuantity: { max: 1_000 } } },
    "checkout.adjustableQuantity.max must be a whole number from 1 to 999.",
  ],
  [{ checkout: { billingAddress: "never" } }, 'checkout.billingAddress must be "auto" or "required".'],
])("E12: %j is refused with the sentence: %s", ([definition, problem]) => {
  expect(problemsOf(definition)).toContain(problem);
});

test("lists every mistake at once", () => {
  expect(problemsOf({ name: 1, colors: "red", onPaid: 1, more: true })).toHaveLength(4);
});
