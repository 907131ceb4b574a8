import { siteOf } from "../test-site.ts";
import type { Site } from "../../core/site.ts";
import type { ShopDefinition } from "../../core/shop-definition.ts";
import catalog from "../../simulator/catalog.json" with { type: "json" };
import { parseCatalog } from "../../simulator/catalog.ts";
import type { OrderPlan } from "./plan.ts";

/** What the simulated shop sells. */
export const CATALOG = parseCatalog({
  ...catalog,
  products: [
    ...catalog.products,
    { name: "Sample page", prices: [{ id: "price_sample", amountMinor: 0, currency: "eur" }] },
  ],
});

export const PRICES: Readonly<Record<OrderPlan["kind"], string>> = {
  card: "price_app_license",
  declined_first: "price_poster_a2",
  delayed_paid: "price_print_deposit",
  delayed_failed: "price_print_deposit",
  free: "price_sample",
  subscription: "price_almanac_monthly",
  abandoned: "price_app_license",
  not_ours: "price_poster_a2",
};

/** Boxes are sent, codes and taxes change what they cost. */
const CHECKOUT = {
  promotionCodes: true,
  automaticTax: true,
  shipping: {
    countries: ["DE", "FR"],
    rates: [
      { name: "Letter post", amountMinor: 490, currency: "eur" },
      { name: "At the studio", amountMinor: 0, currency: "eur" },
    ],
  },
} as const;

/** One unit of these brings a license key and a file. */
const DIGITAL = ["price_app_license", "price_print_deposit", "price_almanac_monthly"];

/** 32 bytes of no secret. */
export const LICENSE_PRIVATE_KEY = `lsk1_20260101_${Buffer.alloc(32, "simulated").toString("base64url")}`;

export function simulatedSite(code: Pick<ShopDefinition, "onPaid" | "onRevoked" | "onRestored">): Site {
  const deliver = [
    { kind: "license", product: "ebb" },
    { kind: "file", name: "The handbook", file: "private/the-tide-reader.epub" },
  ] as const;
  const prices = {
    ...Object.fromEntries(DIGITAL.map((price) => [price, { deliver }])),
    // Stripe sends nothing for a price with a subscription, and what is free is sent for nothing.
    [PRICES.subscription]: { checkout: { ...CHECKOUT, shipping: false } },
    [PRICES.free]: { checkout: { ...CHECKOUT, shipping: { countries: ["DE"] } } },
  } as const;
  return siteOf({ ...code, prices, checkout: CHECKOUT }, CATALOG.products);
}

/** How many license keys, and how many files, a line of an order brings: a key per unit, and each file once. */
export function handedOverFor(line: { price: { id: string } | null; quantity: number | null } | undefined): {
  keys: number;
  files: number;
} {
  if (!DIGITAL.includes(line?.price?.id ?? "")) return { keys: 0, files: 0 };
  return { keys: line?.quantity ?? 1, files: 1 };
}
