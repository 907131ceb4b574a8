import { hostOf, type ShopIdentity } from "../../core/stripe/whose-sale.ts";

/** A shop of this name, at this address, that sells these prices. */
export function identityOf(
  shopId: string,
  { siteUrl = "https://shop.example", prices = [] as readonly string[] } = {},
): ShopIdentity {
  return {
    shopId,
    hosts: new Set([hostOf(siteUrl) ?? ""]),
    anyLoopback: false,
    prices: new Set(prices),
    notes: undefined,
  };
}
