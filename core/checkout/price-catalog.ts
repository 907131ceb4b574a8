import type Stripe from "stripe";

import { HttpError } from "../http/http-error.ts";
import type { Log } from "../log/log.ts";
import type { Deadline } from "../retry/deadline.ts";
import type { CheckoutOptions, PriceSettings } from "../shop-definition/shop-definition.ts";
import { checkoutOptions, priceSettings, settingsLeftBehind, type Site } from "../shop-definition/site.ts";
import { isPriceId, type KnownPrice } from "../shop-definition/catalog.ts";
import { askForPrice } from "./known-price.ts";
import type { PurchaseRequest } from "./purchase-request.ts";
import { refuseQuantity } from "./quantity.ts";

export interface PriceForSale {
  id: string;
  /** The name that it was bought by, or that it has besides its id. */
  lookupKey?: string;
  mode: KnownPrice["mode"];
  /** What shop.config.ts says about it. */
  settings: PriceSettings;
  /** What the payment page asks for and offers with it. */
  options: CheckoutOptions;
}

export interface PriceCatalog {
  /**
   * Checks a purchase without asking Stripe.
   * @throws HttpError 400 when it is certain that this is not for sale, or not in this quantity.
   */
  requireOffered(purchase: PurchaseRequest): void;

  /**
   * The price that a purchase names, in the mode that the price demands; never one the browser asks for.
   * @throws HttpError 400 when it is not for sale, or not in this quantity; without asking Stripe if that can be told. Stripe's own
   * errors pass through.
   */
  find(purchase: PurchaseRequest, deadline: Deadline): Promise<PriceForSale>;

  /** After Stripe has refused `refused`: the price that its lookup key names now; undefined if nothing has changed. */
  findAnew(
    purchase: PurchaseRequest,
    refused: PriceForSale,
    deadline: Deadline,
  ): Promise<PriceForSale | undefined>;
}

export interface PriceCatalogDependencies {
  stripe: Stripe;
  site: Site;
  livemode: boolean;
  now: () => number;
  log: Log;
}

/** A lookup key may move on to another price in the dashboard; what an id stands for never changes. */
const REMEMBER_LOOKUP_KEY_MS = 5 * 60_000;

/**
 * Sells what the build has found on the pages and in shop.config.ts. What the build has learned from Stripe is trusted, so that
 * opening a checkout costs one call. That holds for lookup keys too, because the build has compared the page with that very price.
 * Otherwise Stripe is asked, once per price and instance.
 */
export function createPriceCatalog(dependencies: PriceCatalogDependencies): PriceCatalog {
  const { stripe, site, livemode, now, log } = dependencies;
  const remembered = new Map<string, { price: KnownPrice; untilMs: number }>();

  for (const [name, { known }] of Object.entries(site.catalog.prices)) {
    if (known?.livemode === livemode) remembered.set(name, { price: known, untilMs: Infinity });
  }

  function requireOffered({ price_id: name, quantity }: PurchaseRequest): void {
    if (!Object.hasOwn(site.catalog.prices, name)) throw refuseUnlisted(name, log);
    refuseQuantity(quantity, priceSettings(site, { priceId: name }));
    const known = freshly(name);
    if (known !== undefined) refuseQuantity(quantity, settingsOf(name, known));
  }

  function freshly(name: string): KnownPrice | undefined {
    const found = remembered.get(name);
    return found !== undefined && now() < found.untilMs ? found.price : undefined;
  }

  function settingsOf(name: string, { id, lookupKey }: KnownPrice): PriceSettings {
    return priceSettings(site, { priceId: id, lookupKey: isPriceId(name) ? lookupKey : name });
  }

  async function find(purchase: PurchaseRequest, deadline: Deadline): Promise<PriceForSale> {
    const { price_id: name, quantity } = purchase;
    requireOffered(purchase);
    const price = await resolve(name, deadline);
    const { id, lookupKey, mode } = price;
    const key = isPriceId(name) ? lookupKey : name;
    const settings = settingsOf(name, price);
    refuseMoved(name, id, settings, dependencies);
    refuseQuantity(quantity, settings);
    const options = checkoutOptions(site, settings);
    return { id, ...(key !== undefined && { lookupKey: key }), mode, settings, options };
  }

  async function resolve(name: string, deadline: Deadline): Promise<KnownPrice> {
    const found = freshly(name);
    if (found !== undefined) return found;

    const price = await askForPrice(stripe, name, deadline, log);
    remembered.set(name, { price, untilMs: isPriceId(name) ? Infinity : now() + REMEMBER_LOOKUP_KEY_MS });
    return price;
  }

  return {
    requireOffered,
    find,
    async findAnew(purchase, refused, deadline) {
      if (isPriceId(purchase.price_id)) return undefined;
      remembered.delete(purchase.price_id);
      const price = await find(purchase, deadline);
      return price.id === refused.id ? undefined : price;
    },
  };
}

/** Refuses a lookup key that has moved on since the build, away from settings that shop.config.ts has under the old price's id. */
function refuseMoved(
  name: string,
  id: string,
  settings: PriceSettings,
  { site, livemode, log }: PriceCatalogDependencies,
): void {
  const built = site.catalog.prices[name]?.known;
  if (isPriceId(name) || built === undefined || built.livemode !== livemode || built.id === id) return;
  const left = settingsLeftBehind(site, built.id, settings);
  if (left.length === 0) return;
  log.error("lookup_key_moved", {
    price: name,
    priceId: id,
    fix: `The lookup key "${name}" now names ${id}, but ${left.join(", ")} in shop.config.ts are set for ${built.id}, which it named when this was built. Move them to prices[${JSON.stringify(name)}] and deploy again. Until then the shop does not sell this price, because these settings would not apply to it.`,
  });
  throw new HttpError(400, "price_not_for_sale", "This item is not for sale at the moment.");
}

/** Comes from an old page in a browser's cache, a button that a script made, or someone who tries out ids. */
function refuseUnlisted(name: string, log: Log): HttpError {
  log.warn("price_unlisted", {
    price: name.slice(0, 64),
    fix: "No page and no entry in shop.config.ts offers this price, so it is not sold. To sell it, put it into a data-price-id in your HTML, or under `prices` in shop.config.ts, and deploy again.",
  });
  return new HttpError(400, "unknown_price", "This item is not for sale at the moment.");
}
