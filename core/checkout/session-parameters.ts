import type Stripe from "stripe";

import type { PurchaseRequest } from "./purchase-request.ts";
import { adjustableQuantity, hostedPageOptions } from "./hosted-page-options.ts";
import { saleMetadata } from "../stripe/metadata.ts";
import type { PriceForSale } from "./price-catalog.ts";

/**
 * What Stripe is asked to sell. Everything but the choice itself is ours: the addresses come only from the shop's own configuration.
 * A retry with the same idempotency key must send exactly the same parameters. So none may depend on the time, except
 * `expiresAtSeconds`, which is part of the key.
 */
export function sessionParameters(
  purchase: PurchaseRequest,
  price: PriceForSale,
  shop: { siteUrl: string; shopId: string },
  expiresAtSeconds: number | undefined,
): Stripe.Checkout.SessionCreateParams {
  const metadata = saleMetadata({ ...shop, price });
  const { mode } = price;
  return {
    mode,
    line_items: [
      { price: price.id, quantity: purchase.quantity, ...adjustableQuantity(purchase.quantity, price) },
    ],
    success_url: `${shop.siteUrl}/success.html?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${shop.siteUrl}/canceled.html?session_id={CHECKOUT_SESSION_ID}`,
    ...(expiresAtSeconds !== undefined && { expires_at: expiresAtSeconds }),
    metadata,
    ...(mode === "subscription"
      ? { subscription_data: { metadata } }
      : { payment_intent_data: { metadata } }),
    ...hostedPageOptions(price.options),
    ...(purchase.client_reference_id !== undefined && { client_reference_id: purchase.client_reference_id }),
  };
}
