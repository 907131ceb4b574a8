/** How a price is paid; a session can have only one mode. */
type CheckoutMode = "payment" | "subscription";

/** What is for sale, made by `npm run build` from the pages and shop.config.ts. */
export interface Catalog {
  /** By the name that pages use: a price id (`price_…`) or a lookup key. Nothing else can be bought. */
  prices: Readonly<Record<string, CatalogPrice>>;
}

interface CatalogPrice {
  /** What Stripe said about the price at build time; absent when it was not asked. */
  known?: KnownPrice;
}

export interface KnownPrice {
  id: string;
  lookupKey?: string;
  mode: CheckoutMode;
  /** A catalog made with a test key says nothing about live prices, and vice versa. */
  livemode: boolean;
}

/** Stripe allows lookup keys of 200 characters of any kind; these can stand in an attribute, a URL and a log line. */
export const PRICE_NAME = /^[A-Za-z0-9][\w.:-]{0,199}$/;

export function isPriceId(name: string): boolean {
  return name.startsWith("price_");
}
