import type Stripe from "stripe";

import { whoseSale, type ShopIdentity, type Sold } from "./whose-sale.ts";

/** What a session says about its sale, with its lines if they were read along. */
export function soldIn({ metadata, success_url: successUrl, line_items }: Stripe.Checkout.Session): Sold {
  return { metadata, successUrl, ...(line_items !== undefined && { prices: pricesIn(line_items.data) }) };
}

/**
 * Whether a session belongs to this shop. Its lines are fetched only if nothing else tells: an older version of a shop without a name
 * opened it, at an address that is not ours.
 * @throws when Stripe cannot be asked.
 */
export async function isOurSession(
  stripe: Stripe,
  session: Stripe.Checkout.Session,
  shop: ShopIdentity,
  options: Stripe.RequestOptions,
): Promise<boolean> {
  const sold = soldIn(session);
  const whose = whoseSale(sold, shop);
  if (whose !== "unknown") return whose === "ours";
  const { data } = await stripe.checkout.sessions.listLineItems(session.id, { limit: 100 }, options);
  return whoseSale({ ...sold, prices: pricesIn(data) }, shop) === "ours";
}

function pricesIn(lines: readonly Stripe.LineItem[]): string[] {
  return lines.flatMap(({ price }) => (price === null ? [] : [price.id, price.lookup_key ?? []].flat()));
}
