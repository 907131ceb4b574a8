import { defineShop } from "./core/shop-definition.ts";

// Where paper is sent to: Stripe's payment page asks for an address there. The posters' postage is per order, however many they are;
// the almanac's is in its price, as Stripe adds none to a subscription.
const countries = ["AT", "BE", "DE", "DK", "FR", "NL"];
const post = { name: "Post, in a tube", amountMinor: 490, currency: "eur", delivery: { min: 2, max: 5 } };

/**
 * Your shop, but for its pages and its secrets. Everything in here is optional, and so is this file. An editor such as VS Code
 * completes and explains each field; `npm run check` tells what is wrong.
 */
export default defineShop({
  name: "Low Tide",
  supportEmail: "hello@example.com",
  colors: { accent: "#0b6b75" },

  // What each price delivers once it is paid: files, links, license keys, texts. Small files lie in the folder private/, which is
  // never published; larger ones in a bucket of yours: docs/delivery.md.
  //
  // By price id (price_…) or lookup key: either finds the price, whichever of them your pages use. A price needs no entry to be sold;
  // one that is on no page is for sale when it has one.
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
