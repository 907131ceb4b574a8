import { checkoutSession, type SessionSettings } from "../objects/checkout-session.ts";
import { lineItem } from "../objects/line-item.ts";
import type { CheckoutIntent } from "../state/state.ts";
import type { CheckoutSession, LineItem, Price } from "../state/stored.ts";
import { addUp } from "./choose-options.ts";
import { newId, nowSeconds, type World } from "../state/world.ts";

/** A line as the API layer resolved it: the price exists and may be sold. */
export interface SessionLine {
  price: Price;
  /** The product's name, which becomes the line's description. */
  description: string;
  quantity: number;
  adjustableQuantity: LineItem["adjustable_quantity"];
  metadata: Record<string, string>;
}

export type SessionPlans = Pick<
  CheckoutIntent,
  | "paymentIntentMetadata"
  | "paymentIntentDescription"
  | "statementDescriptor"
  | "statementDescriptorSuffix"
  | "receiptEmail"
  | "subscriptionMetadata"
  | "subscriptionDescription"
> & { shippingRates: { name: string; amount: number }[] };

/** Opens a Checkout Session. Stripe announces no event for this. */
export function createSession(
  world: World,
  settings: SessionSettings,
  lines: SessionLine[],
  plans: SessionPlans,
  expiresAtSeconds: number,
): CheckoutSession {
  const id = newId(world, "cs_test", 58);
  const lineItems = lines.map((line) => lineItem({ id: newId(world, "li"), ...line }));
  const session = checkoutSession({
    ...settings,
    id,
    amount: lineItems.reduce((sum, item) => sum + item.amount_total, 0),
    currency: lineItems[0]?.currency ?? "usd",
    created: nowSeconds(world),
    expires_at: expiresAtSeconds,
    url: new URL(`/c/pay/${id}`, world.publicUrl).href,
  });
  const shippingRates = plans.shippingRates.map((rate) => ({ id: newId(world, "shr"), ...rate }));
  session.shipping_options = shippingRates.map(({ id: rate, amount }) => ({
    shipping_amount: amount,
    shipping_rate: rate,
  }));
  world.state.checkoutSessions[id] = session;
  world.state.lineItems[id] = lineItems;
  world.state.checkoutIntents[id] = {
    ...plans,
    shippingRates,
    paymentIntent: null,
    customer: settings.customer,
    subscription: null,
    invoice: null,
    authenticating: null,
    settling: null,
  };
  addUp(world, session);
  return session;
}
