import type Stripe from "stripe";

import { HttpError } from "../http/http-error.ts";
import type { Deadline } from "../orders/deadline.ts";
import { withinDeadline } from "../stripe/within-deadline.ts";
import type { CheckoutMode } from "./catalog.ts";

export interface PriceCatalog {
  /**
   * The mode that a price demands, never one the browser asks for.
   * @throws HttpError 400 when the price is not for sale. Stripe's own errors pass through.
   */
  modeOf(priceId: string, deadline: Deadline): Promise<CheckoutMode>;
}

/** Asks Stripe about a price once and remembers the answer as long as the instance lives; only prices that exist are kept. */
export function createPriceCatalog(stripe: Stripe): PriceCatalog {
  const modes = new Map<string, CheckoutMode>();

  return {
    async modeOf(priceId, deadline) {
      const remembered = modes.get(priceId);
      if (remembered !== undefined) return remembered;

      const price = await stripe.prices.retrieve(priceId, {}, withinDeadline(deadline));
      if (!price.active)
        throw new HttpError(400, "price_not_for_sale", "This item is not for sale at the moment.");
      const mode = price.type === "recurring" ? "subscription" : "payment";
      modes.set(priceId, mode);
      return mode;
    },
  };
}
