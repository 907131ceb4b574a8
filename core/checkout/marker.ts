import { isPriceId } from "./catalog.ts";

/** The name of a shop that was given none: mostly the only one of its account. */
export const ONLY_SHOP = "1";

const KEY = "static_checkout";
const LOOKUP_KEY = "static_checkout_price";

/**
 * Put on every Checkout Session (and its payment or subscription) that this shop creates. An account may sell through other
 * channels, or have two shops of this kind; what does not carry this shop's id is left alone.
 */
export function markerOf(shopId: string): Record<string, string> {
  return { [KEY]: shopId };
}

export function isOurs(metadata: Readonly<Record<string, string>> | null, shopId: string): boolean {
  return metadata?.[KEY] === shopId;
}

/** Whether a session sells something. One in `setup` mode only saves a card, whatever its metadata says. */
export function isSale({ mode }: { mode: string }): boolean {
  return mode !== "setup";
}

/** The lookup key by which a session's price was bought: it may have moved on to another price until the order is delivered. */
export function soldAs(name: string): Record<string, string> {
  return isPriceId(name) ? {} : { [LOOKUP_KEY]: name };
}

export function lookupKeySold(metadata: Readonly<Record<string, string>> | null): string | undefined {
  return metadata?.[LOOKUP_KEY];
}
