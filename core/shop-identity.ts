import { ONLY_SHOP } from "./config/variables.ts";
import { hostOf, pricesKnownTo, type ShopIdentity } from "./stripe/whose-sale.ts";
import type { Place } from "./config/place.ts";
import { notesAt } from "./stores/notes-at.ts";
import type { Site } from "./shop-definition/site.ts";

/** What this shop recognizes its own sales by. */
export function shopIdentity({ shopId, siteUrl, origins, isPreview }: Place, site: Site): ShopIdentity {
  // A preview with a name of its own is a different shop from the site, although its host states the site's address as well.
  const addresses = isPreview && shopId !== ONLY_SHOP ? [siteUrl] : [siteUrl, ...origins.allowed];
  return {
    shopId,
    hosts: new Set(addresses.flatMap((address) => hostOf(address) ?? [])),
    anyLoopback: origins.anyLoopback,
    prices: pricesKnownTo(site),
    // Previews come and go, too.
    notes: isPreview ? undefined : notesAt(hostOf(siteUrl) ?? ""),
  };
}
