import type { OrderSnapshot } from "../orders/order.ts";

/**
 * What `shop.config.ts` says: everything about a shop that is not a secret and not HTML. All of it is optional. This file holds only
 * types, so importing it costs the functions nothing; core/shop-definition/parse.ts checks what the types cannot.
 */
export interface ShopDefinition {
  /** Used in mails, e.g. `Low Tide`. Your pages say it themselves, and Stripe's page shows your account's name. */
  name?: string;
  /** Where buyers write to when something is wrong. */
  supportEmail?: string;
  /** For mails: `#rrggbb`. */
  colors?: ShopColors;
  /** The address of an image, `https://…` or a path on the site (`/images/logo.png`). Mail programs show PNG and JPEG. */
  logoUrl?: string;
  /**
   * What is for sale, by price id (`price_…`) or lookup key (`poster-a2`). A price that a page offers needs no entry; a price that no
   * page offers is for sale if it is listed here.
   */
  prices?: Readonly<Record<string, PriceSettings>>;
  /** What Stripe's payment page asks for and offers, for every price that does not say otherwise. */
  checkout?: CheckoutOptions;
  /** How many days a download link in a mail works: 1 to 90, by default 3. The buyer's order page makes new ones. */
  downloadLinkDays?: number;
  /** Publishes the page about the API, and `openapi.json`, in the folder `api-docs/` of your site. */
  apiDocs?: boolean;
  /** The folder with the site's pages, instead of `public`: where another generator puts them. */
  pages?: string;
  /** Your own code, run once an order is paid. It may be called again after a crash, always with the same key. */
  onPaid?(order: OrderSnapshot, attempt: OwnerCodeAttempt): Promise<void> | void;
  /** Your own code, run once a purchase is void: refunded in full, a dispute lost, a subscription ended. */
  onRevoked?(order: OrderSnapshot, attempt: OwnerCodeAttempt): Promise<void> | void;
  /** Your own code, run once a void purchase is valid again: a refund that failed, a dispute won in the end. */
  onRestored?(order: OrderSnapshot, attempt: OwnerCodeAttempt): Promise<void> | void;
}

interface ShopColors {
  /** Buttons and links. */
  accent?: string;
  background?: string;
  text?: string;
}

export interface OwnerCodeAttempt {
  /** The same for every attempt: pass it on to what must not happen twice. */
  idempotencyKey: string;
  /** Aborted when the code has run out of time. */
  signal: AbortSignal;
}

export interface PriceSettings {
  /** How many one order may hold: 1 to 999, by default 99. */
  maxQuantity?: number;
  /** What the buyer gets once the money is in. */
  deliver?: readonly Deliverable[];
  /** Replaces the shop's options of the same names. */
  checkout?: CheckoutOptions;
}

export type Deliverable = FileDeliverable | LinkDeliverable | LicenseDeliverable | TextDeliverable;

export interface FileDeliverable {
  kind: "file";
  /** What the buyer reads, e.g. `The Tide Reader (EPUB)`. */
  name: string;
  /** A file in the folder `private/`, which ships with the functions and is never published; or a key of your bucket. */
  file: `private/${string}` | { bucketKey: string };
}

interface LinkDeliverable {
  kind: "link";
  name: string;
  /** `https://…`; shown only to buyers who have paid. */
  url: string;
}

/** One signed key per unit, which your software can verify without asking a server: docs/licenses.md. */
export interface LicenseDeliverable {
  kind: "license";
  /** What the buyer reads above the key; by default the item's name. */
  name?: string;
  /**
   * What your software looks for in the key, e.g. `ebb-2`; by default the price's id. Set one if the price may ever change: a new
   * price has a new id. Letters, digits, `-` and `_`. Never change it: the keys of old orders would change with it.
   */
  product?: string;
}

interface TextDeliverable {
  kind: "text";
  name: string;
  text: string;
}

/** Options of Stripe's payment page. Each is one that Stripe offers: https://docs.stripe.com/api/checkout/sessions/create */
export interface CheckoutOptions {
  /**
   * Stripe's Managed Payments: Link sells in your place, adds the tax and pays it. Off by default, even where your account has it on.
   * For digital goods whose product has a tax code; not together with `automaticTax` or `shipping`.
   */
  managedPayments?: boolean;
  /** Stripe Tax computes and adds the tax; set it up in the Stripe dashboard first. */
  automaticTax?: boolean;
  /** Business customers may give their tax id (VAT number). */
  taxIds?: boolean;
  /** Asks for an address to ship to, and offers shipping rates; `false` for a price that is not shipped, in a shop where others are. */
  shipping?: ShippingOptions | false;
  /** Shows a field for promotion codes, which are made in the Stripe dashboard. */
  promotionCodes?: boolean;
  /** Asks for a phone number. */
  phone?: boolean;
  /** A box for your terms, which must be ticked; the address of the terms is set in Stripe's public business details. */
  termsConsent?: boolean;
  /** At most three questions of your own. */
  customFields?: readonly CustomField[];
  /** Lets the buyer change the quantity on the payment page, up to the price's `maxQuantity` unless a `max` is given. */
  adjustableQuantity?: boolean | { min?: number; max?: number };
  /** `auto`: only if the payment method needs it. */
  billingAddress?: "auto" | "required";
}

export interface ShippingOptions {
  /** Two-letter codes of the countries you ship to, e.g. `["DE", "FR"]`. */
  countries: readonly string[];
  /** Up to five ways of shipping: ids of shipping rates from the Stripe dashboard (`shr_…`), or rates of your own. Not for subscriptions. */
  rates?: readonly (string | ShippingRate)[];
}

/** A shipping rate that is set here rather than in the Stripe dashboard. */
export interface ShippingRate {
  /** What the buyer reads, e.g. `Letter post`. */
  name: string;
  /** In the currency's smallest unit: 490 is €4.90. */
  amountMinor: number;
  /** ISO 4217, lower case; it must be the price's own. */
  currency: string;
  /** In working days. */
  delivery?: { min: number; max: number };
}

export type CustomField = TextField | ChoiceField;

interface FieldBase {
  /** Your name for the answer: letters and digits. */
  key: string;
  /** What the buyer reads, at most 50 characters. */
  label: string;
  optional?: boolean;
}

interface TextField extends FieldBase {
  kind: "text" | "number";
  maxLength?: number;
}

interface ChoiceField extends FieldBase {
  kind: "choice";
  /** Up to 200. */
  choices: readonly { value: string; label: string }[];
}

/** Gives `shop.config.ts` its types; returns what it is given. */
export function defineShop(definition: ShopDefinition): ShopDefinition {
  return definition;
}
