const KEY = "static_checkout";
const SITE = "static_checkout_site";
const LOOKUP_KEY = "static_checkout_price";
const MAIL_TO = "static_checkout_mail_to";
const PRICE_ID = "static_checkout_price_id";

export type Metadata = Readonly<Record<string, string>>;

/** The metadata that names the shop on every Checkout Session. */
export function markerOf(shopId: string): Record<string, string> {
  return { [KEY]: shopId };
}

export interface Sale {
  /** Where the shop was when it sold: `https://shop.example`. */
  siteUrl: string;
  shopId: string;
  price: { id: string; lookupKey?: string | undefined };
}

/**
 * Put on every Checkout Session that this shop creates, and on its payment or subscription, to which Stripe does not copy the
 * session's metadata: whose it is, where it was sold, and what. All of it can change before the order is delivered: a lookup key
 * moves on to another price, a shop to another address, and the dashboard adds lines that the shop did not open.
 */
export function saleMetadata({ siteUrl, shopId, price }: Sale): Record<string, string> {
  return {
    ...markerOf(shopId),
    [SITE]: new URL(siteUrl).origin,
    [PRICE_ID]: price.id,
    ...(price.lookupKey !== undefined && { [LOOKUP_KEY]: price.lookupKey }),
  };
}

/** Where the mails of a session's order go, if the owner has corrected the address. */
export function correctedAddress(metadata: Metadata | null): string | undefined {
  return metadata?.[MAIL_TO];
}

export function addressCorrection(address: string): Record<string, string> {
  return { [MAIL_TO]: address };
}

/** Whether a session sells something. One in `setup` mode only saves a card, whatever its metadata says. */
export function isSale({ mode }: { mode: string }): boolean {
  return mode !== "setup";
}

/** What `saleMetadata` wrote down; orders of older versions say less. */
export interface SaleNote {
  shopId: string | undefined;
  site: string | undefined;
  priceId: string | undefined;
  lookupKey: string | undefined;
}

export function saleNote(metadata: Metadata | null | undefined): SaleNote {
  return {
    shopId: metadata?.[KEY],
    site: metadata?.[SITE],
    priceId: metadata?.[PRICE_ID],
    lookupKey: metadata?.[LOOKUP_KEY],
  };
}
