import type Stripe from "stripe";

import { isPriceId } from "../../core/shop-definition/catalog.ts";
import {
  hasSettings,
  priceSettings,
  settingsLeftBehind,
  type Site,
} from "../../core/shop-definition/site.ts";
import type { Answer } from "./ask-stripe.ts";
import { SHOP_CONFIG } from "./load-site.ts";
import type { Offer } from "./read-offers.ts";

/**
 * A lookup key that has moved on to a new price, away from settings under the old price's id: the new one would be sold
 * without them. The signs: both are prices of one product, the old one is in shop.config.ts only and has no key any more, and the new one
 * has no entry there.
 */
export function checkMovedKeys(
  site: Site & { offers: readonly Offer[] },
  answers: ReadonlyMap<string, Answer>,
): string[] {
  const prices = [...answers].flatMap(([name, answer]) =>
    answer.kind === "price" ? [{ name, price: answer.price }] : [],
  );
  const isOnPage = (name: string): boolean =>
    site.offers.some((offer) => offer.name === name && offer.file !== SHOP_CONFIG);
  const left = prices.filter(
    ({ name, price }) => isPriceId(name) && !isOnPage(name) && price.lookup_key === null,
  );
  return prices
    .filter(
      ({ name, price }) => !isPriceId(name) && !hasSettings(site, { priceId: price.id, lookupKey: name }),
    )
    .flatMap(({ name: key, price }) =>
      left
        .filter((old) => old.price.id !== price.id && productOf(old.price) === productOf(price))
        .flatMap((old) => {
          const settings = priceSettings(site, { priceId: price.id, lookupKey: key });
          const fields = settingsLeftBehind(site, old.name, settings);
          if (fields.length === 0) return [];
          const { line } = site.offers.findLast(({ name }) => name === old.name) ?? { line: 1 };
          return [
            `${SHOP_CONFIG}:${line}: ${fields.join(", ")} are set for "${old.name}", which no page offers. The lookup key "${key}" names another price of that product, ${price.id}, which would be sold without them. If the key has moved to that price, put the settings under "${key}"; if it needs none of them, add "${key}": {}.`,
          ];
        }),
    );
}

function productOf({ product }: Stripe.Price): string {
  return typeof product === "string" ? product : product.id;
}
