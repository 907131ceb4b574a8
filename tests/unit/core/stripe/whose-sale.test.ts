import { expect, test } from "vitest";

import { whoseSale, type Sold } from "../../../../core/stripe/whose-sale.ts";
import { parseConfig } from "../../../../core/config/config.ts";
import { shopIdentity } from "../../../../core/shop-identity.ts";
import { ENVIRONMENT } from "../../../support/test-shop.ts";

/** A shop that sells one price, by its lookup key, whose id the build knows. */
const SITE = {
  shop: { prices: { print: {} } },
  catalog: {
    prices: {
      poster: { known: { id: "price_poster", mode: "payment", livemode: false, lookupKey: "poster" } },
    },
  },
} as const;

const identityOf = (environment: Record<string, string> = {}) =>
  shopIdentity(parseConfig({ ...ENVIRONMENT, NODE_ENV: "production", ...environment }), SITE);

const at = (site: string | undefined, price?: string, shopId = "1"): Sold => ({
  metadata: {
    static_checkout: shopId,
    ...(site !== undefined && { static_checkout_site: site }),
    ...(price !== undefined && { static_checkout_price_id: price }),
  },
});

/** A sale of an older version, which wrote only the marker. */
const old = (successUrl: string | null, prices?: string[]): Sold => ({
  metadata: { static_checkout: "1" },
  successUrl,
  ...(prices !== undefined && { prices }),
});

test.for<[string, Sold, "ours" | "theirs" | "unknown"]>([
  ["no marker", { metadata: {}, successUrl: "https://shop.example/" }, "theirs"],
  ["no metadata", { metadata: null }, "theirs"],
  ["another shop's name", at("https://shop.example", "price_poster", "staging"), "theirs"],
  ["our address", at("https://shop.example", "price_other"), "ours"],
  ["our address with www", at("https://www.shop.example", "price_other"), "ours"],
  ["an allowed address", at("https://blog.example", "price_other"), "ours"],
  ["another address and a price of ours", at("https://old.example", "price_poster"), "ours"],
  ["another address and a price that is not ours", at("https://other.example", "price_other"), "theirs"],
  [
    "another address and a price that is not ours, to which a price of ours was added",
    { ...at("https://other.example", "price_other"), prices: ["price_other", "price_poster", "poster"] },
    "theirs",
  ],
  [
    "another address and a lookup key that is not ours, to which a price of ours was added",
    {
      metadata: { static_checkout: "1", static_checkout_price: "other" },
      successUrl: "https://other.example/",
      prices: ["price_other", "other", "price_poster"],
    },
    "theirs",
  ],
  ["no address", at(undefined, "price_other"), "ours"],
  [
    "an old session of ours",
    old("https://shop.example/success.html?session_id={CHECKOUT_SESSION_ID}"),
    "ours",
  ],
  ["an old session without an address", old(null), "ours"],
  ["an old session from elsewhere", old("https://other.example/success.html"), "unknown"],
  ["… whose lines we sell", old("https://old.example/", ["price_x", "poster"]), "ours"],
  ["… whose lines we know from shop.config.ts", old("https://old.example/", ["price_y", "print"]), "ours"],
  ["… whose lines we do not sell", old("https://other.example/", ["price_x"]), "theirs"],
  [
    "… with a lookup key of ours",
    {
      metadata: { static_checkout: "1", static_checkout_price: "poster" },
      successUrl: "https://old.example/",
    },
    "ours",
  ],
])("E18: a shop without a name, and %s: %j is %s", ([, sold, whose]) => {
  expect(whoseSale(sold, identityOf({ ALLOWED_ORIGINS: "https://blog.example" }))).toBe(whose);
});

test.for<[string, Sold, "ours" | "theirs" | "unknown"]>([
  ["its own name anywhere", at("https://elsewhere.example", "price_other", "tide"), "ours"],
  ["its sale from before it had a name", at("https://shop.example", "price_other"), "ours"],
  ["the same from an older version", old("https://shop.example/success.html"), "ours"],
  ["a session without an address", old(null), "ours"],
  ["a shop without a name that sells the same", at("https://other.example", "price_poster"), "theirs"],
  ["an old session from elsewhere", old("https://other.example/"), "theirs"],
])("E20: a shop with a name, and %s: %j is %s", ([, sold, whose]) => {
  expect(whoseSale(sold, identityOf({ SHOP_ID: "tide" }))).toBe(whose);
});

test("a preview with a name of its own does not claim the site's sales, although its host names the site, too", () => {
  const preview = {
    SHOP_ID: "preview",
    SITE_URL: "https://branch.vercel.app",
    VERCEL: "1",
    VERCEL_ENV: "preview",
    VERCEL_PROJECT_PRODUCTION_URL: "shop.example",
  };
  expect(whoseSale(at("https://shop.example", "price_poster"), identityOf(preview))).toBe("theirs");
  expect(whoseSale(at("https://branch.vercel.app", "price_poster"), identityOf(preview))).toBe("ours");
});

test("on a developer's machine every port is the shop's; on a server none is", () => {
  const local = { SITE_URL: "http://localhost:8888" };
  expect(whoseSale(at("http://localhost:3000", "price_x"), identityOf({ ...local, NODE_ENV: "" }))).toBe(
    "ours",
  );
  expect(whoseSale(at("http://localhost:3000", "price_x"), identityOf())).toBe("theirs");
});
