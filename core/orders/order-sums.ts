import type Stripe from "stripe";

import type { OrderSnapshot } from "./order.ts";

/**
 * What a session says about its total besides its lines. The `amount_total` of a line, and that of shipping, are after discounts and
 * with all taxes, included or added, so that lines and shipping add up to the total. Tax and discount are parts of these amounts,
 * never rows of their own. https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-total_details
 */
export function sumsOf({
  shipping_cost: shipping,
  total_details: details,
}: Pick<Stripe.Checkout.Session, "shipping_cost" | "total_details">): Pick<
  OrderSnapshot,
  "shippingMinor" | "taxMinor" | "discountMinor"
> {
  const { amount_tax: tax = 0, amount_discount: discount = 0 } = details ?? {};
  return {
    // Free shipping is an offer, and is shown. Where nothing is shipped, Stripe reports no cost at all.
    ...(shipping && { shippingMinor: shipping.amount_total }),
    ...(tax > 0 && { taxMinor: tax }),
    ...(discount > 0 && { discountMinor: discount }),
  };
}

/**
 * What is missing between the known rows and the total. 0 unless the order was recorded before shipping was, or Stripe charges
 * something that did not exist when this was written. Readers see it under a neutral name.
 */
export function unexplainedMinor({
  items,
  shippingMinor = 0,
  totalMinor,
}: Pick<OrderSnapshot, "items" | "shippingMinor" | "totalMinor">): number {
  if (items.length === 0) return 0;
  return items.reduce((rest, { amountMinor }) => rest - amountMinor, totalMinor - shippingMinor);
}
