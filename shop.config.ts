import { defineShop } from "./core/shop-definition/shop-definition.ts";

// Where paper is sent to: Stripe's payment page takes an address in these countries. The posters' postage is charged once per order; the
// almanac's is in its price, because Stripe adds none to a subscription.
const countries = ["AT", "BE", "DE", "DK", "FR", "NL"];
const post = { name: "Post, in a tube", amountMinor: 490, currency: "eur", delivery: { min: 2, max: 5 } };

/**
 * Your shop, apart from its pages and its secrets. Everything in here is optional, and so is this file. An editor such as VS Code completes
 * and explains each field; `npm run check` names mistakes.
 */
export default defineShop({
  name: "Low Tide",
  supportEmail: "hello@example.com",
  colors: { accent: "#0b6b75" },

  // What each price delivers once it is paid: files, links, license keys, texts. Small files lie in the folder private/, which is
  // never published; larger ones in your bucket: docs/delivery.md.
  //
  // Name a price by its id (price_…) or its lookup key: both work, whichever your pages use. A price that is on a page needs no entry; one
  // that is on no page is for sale if it has one.
  prices: {
    poster_a2: { maxQuantity: 10, checkout: { shipping: { countries, rates: [post] } } },
    ebook_tides: {
      deliver: [
        { kind: "file", name: "The Tide Reader (EPUB)", file: "private/the-tide-reader.epub" },
        { kind: "file", name: "The Tide Reader (PDF)", file: "private/the-tide-reader.pdf" },
      ],
    },
    almanac_monthly: {
      checkout: { shipping: { countries } },
      deliver: [{ kind: "link", name: "Read this month's issue online", url: "https://example.com/almanac" }],
    },
    print_deposit: {
      deliver: [
        {
          kind: "text",
          name: "Your day at the printing table",
          text: "Harbor Steps 4, the blue door. We begin at ten, when the tide is out.\nBring an apron; lunch and ink are ours.",
        },
      ],
    },
    app_license: { deliver: [{ kind: "license", product: "ebb" }] },
  },
});
