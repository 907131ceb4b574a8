import { isLoopbackHost } from "../config/loopback.ts";
import type { Site } from "../shop-definition/site.ts";
import { ONLY_SHOP } from "../config/variables.ts";
import { saleNote, type Metadata } from "./metadata.ts";

/** What tells one shop of an account from another. */
export interface ShopIdentity {
  shopId: string;
  /** Where it sells and has sold: hosts, without `www.`. */
  hosts: ReadonlySet<string>;
  /** On a developer's machine, where every port is the shop's. */
  anyLoopback: boolean;
  /** Every name that a price of this shop has: ids and lookup keys. */
  prices: ReadonlySet<string>;
  /** Keeps the notes of shops without a name apart, by their address; undefined where that is not worth it. */
  notes: string | undefined;
}

/** What an object of Stripe's says about its sale. */
export interface Sold {
  metadata: Metadata | null | undefined;
  /** For a session: where its buyer was to come back to. */
  successUrl?: string | null;
  /** For a session whose lines were read: ids and lookup keys of what it sells. They count only if nothing says what was opened. */
  prices?: readonly string[];
}

/**
 * Decides which shop made a sale. `unknown` means that the session's lines must be read.
 *
 *     marker                 sold at                   sells                       whose
 *     our own name           anywhere                  anything                    ours
 *     none, another name     anywhere                  anything                    theirs
 *     "1", the default       not told, or ours         anything                    ours, also of a shop that was named later
 *     "1"                    elsewhere                 a price that we know        ours: the shop has moved. Not of a shop with a
 *                                                                                  name, which may sell the same things as another
 *     "1"                    elsewhere                 nothing that we know        theirs: a second shop without a name
 *
 * Two shops without names that sell the same price cannot be told apart: `npm run check` finds them and asks for SHOP_ID.
 */
export function whoseSale(sold: Sold, shop: ShopIdentity): "ours" | "theirs" | "unknown" {
  const note = saleNote(sold.metadata);
  const isNamed = shop.shopId !== ONLY_SHOP;
  if (isNamed && note.shopId === shop.shopId) return "ours";
  if (note.shopId !== ONLY_SHOP) return "theirs";
  const site = note.site ?? sold.successUrl ?? undefined;
  if (site === undefined || isAt(site, shop)) return "ours";
  if (isNamed) return "theirs";
  const noted = [note.priceId, note.lookupKey].filter((name) => name !== undefined);
  // Lines count only where the session does not say what was opened: a cross-sell may be of another shop's price.
  const names = noted.length > 0 ? noted : (sold.prices ?? []);
  if (names.some((name) => shop.prices.has(name))) return "ours";
  const isTold = names.length > 0 || sold.prices !== undefined;
  return isTold ? "theirs" : "unknown";
}

/** `shop.example` for `https://www.shop.example/thanks`: both names lead to one site. Undefined if it is not an address. */
export function hostOf(address: string): string | undefined {
  return URL.parse(address)?.host.replace(/^www\./, "") || undefined;
}

export function isAt(address: string, { hosts, anyLoopback }: ShopIdentity): boolean {
  const host = hostOf(address);
  // A custom scheme, or what is not an address at all, says nothing.
  if (host === undefined || hosts.has(host)) return true;
  return anyLoopback && isLoopbackHost(host);
}

/** Every name under which a session may list a price of this shop. */
export function pricesKnownTo({ shop, catalog }: Site): ReadonlySet<string> {
  const offered = Object.entries(catalog.prices).flatMap(([name, { known }]) => [
    name,
    ...(known === undefined ? [] : [known.id]),
    ...(known?.lookupKey === undefined ? [] : [known.lookupKey]),
  ]);
  return new Set([...offered, ...Object.keys(shop.prices ?? {})]);
}
