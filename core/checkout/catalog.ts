/** How a price is paid; a session can have one of the two. */
export type CheckoutMode = "payment" | "subscription";

/** What is for sale, made by `npm run build` out of the pages and shop.config.ts. */
export interface Catalog {
  /** By the name that pages use: a price id (`price_…`) or a lookup key. Nothing else can be bought. */
  prices: Readonly<Record<string, CatalogPrice>>;
}

export interface CatalogPrice {
  /** What Stripe said about the price at build time; absent when it was not asked. */
  known?: KnownPrice;
}

export interface KnownPrice {
  id: string;
  mode: CheckoutMode;
  /** A catalog that was made with a test key says nothing about live prices, and the other way round. */
  livemode: boolean;
}

export function isPriceId(name: string): boolean {
  return name.startsWith("price_");
}
