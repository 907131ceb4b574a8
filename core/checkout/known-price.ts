import type Stripe from "stripe";

import { HttpError } from "../http/http-error.ts";
import type { Log } from "../log/log.ts";
import type { Deadline } from "../retry/deadline.ts";
import { withinDeadline } from "../stripe/within-deadline.ts";
import { isPriceId, type KnownPrice } from "../shop-definition/catalog.ts";

/**
 * Asks Stripe about one price, named by its id or its lookup key.
 * @throws HttpError 400 when it is not for sale; Stripe's own error when no price has that id.
 */
export async function askForPrice(
  stripe: Stripe,
  name: string,
  deadline: Deadline,
  log: Log,
): Promise<KnownPrice> {
  const price = isPriceId(name)
    ? await stripe.prices.retrieve(name, {}, withinDeadline(deadline))
    : await priceOfLookupKey(stripe, name, deadline);
  if (price === undefined) {
    log.error("lookup_key_unknown", {
      price: name,
      fix: "In the Stripe account and mode (test or live) that STRIPE_SECRET_KEY belongs to, no price has this lookup key. Give the key to a price in the Stripe dashboard, or correct the data-price-id in your HTML.",
    });
    throw new HttpError(400, "unknown_price", "This item is not for sale at the moment.");
  }
  if (!price.active)
    throw new HttpError(400, "price_not_for_sale", "This item is not for sale at the moment.");
  return toKnownPrice(price);
}

export function toKnownPrice({ id, lookup_key, type, livemode }: Stripe.Price): KnownPrice {
  const mode = type === "recurring" ? "subscription" : "payment";
  return { id, mode, livemode, ...(lookup_key !== null && { lookupKey: lookup_key }) };
}

async function priceOfLookupKey(
  stripe: Stripe,
  lookupKey: string,
  deadline: Deadline,
): Promise<Stripe.Price | undefined> {
  const { data } = await stripe.prices.list({ lookup_keys: [lookupKey], limit: 1 }, withinDeadline(deadline));
  return data[0];
}
