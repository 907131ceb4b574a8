import { createHash } from "node:crypto";

import { ONLY_SHOP } from "./checkout/marker.ts";
import { hostOf, pricesKnownTo, type ShopIdentity } from "./checkout/whose-sale.ts";
import type { Place } from "./config.ts";
import type { Site } from "./site.ts";

/** By what this shop knows its own sales again. */
export function shopIdentity({ shopId, siteUrl, origins, isPreview }: Place, site: Site): ShopIdentity {
  // A preview with a name of its own is another shop than the site, whose address its host states as well.
  const addresses = isPreview && shopId !== ONLY_SHOP ? [siteUrl] : [siteUrl, ...origins.allowed];
  return {
    shopId,
    hosts: new Set(addresses.flatMap((address) => hostOf(address) ?? [])),
    anyLoopback: origins.anyLoopback,
    prices: pricesKnownTo(site),
    notes: isPreview ? undefined : notesAt(siteUrl),
  };
}

/** Previews and developers' machines come and go, and a product of Stripe's holds fifty notes. */
function notesAt(siteUrl: string): string | undefined {
  const host = hostOf(siteUrl) ?? "";
  if (/^(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)/.test(host)) return undefined;
  return createHash("sha256").update(host).digest("base64url").slice(0, 8);
}
