import { defineShop } from "./core/shop-definition.ts";

/**
 * Your shop, but for its pages and its secrets. Everything in here is optional, and so is this file. An editor such as VS Code
 * completes and explains each field; `npm run check` tells what is wrong.
 */
export default defineShop({
  name: "Low Tide",
  supportEmail: "hello@example.com",
  colors: { accent: "#0b6b75" },

  // By the name your pages use in data-price-id: a price id (price_…) or a lookup key. A price needs no entry to be sold; one
  // that is on no page is for sale when it has one.
  prices: {
    poster_a2: { maxQuantity: 10 },
    price_app_license: { deliver: [{ kind: "license", product: "ebb" }] },
  },
});
