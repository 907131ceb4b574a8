import type Stripe from "stripe";

import type { OrderSnapshot } from "./order.ts";

/**
 * What a session says about its total beside its lines. A line's `amount_total` and the shipping's are after discounts and with all
 * taxes, included or added, so that lines and shipping make the total; tax and discount are parts of these amounts and never rows
 * of their own. https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-total_details
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
    // Sending that costs nothing is an offer, and is shown; where nothing is sent there is no such cost at all.
    ...(shipping && { shippingMinor: shipping.amount_total }),
    ...(tax > 0 && { taxMinor: tax }),
    ...(discount > 0 && { discountMinor: discount }),
  };
}

/**
 * What is missing between the rows that are known and the total: 0 unless the order was recorded before shipping was, or Stripe
 * charges something that did not exist when this was written. A reader is shown it under a name that claims nothing.
 */
export function unexplainedMinor({
  items,
  shippingMinor = 0,
  totalMinor,
}: Pick<OrderSnapshot, "items" | "shippingMinor" | "totalMinor">): number {
  if (items.length === 0) return 0;
  return items.reduce((rest, { amountMinor }) => rest - amountMinor, totalMinor - shippingMinor);
}
