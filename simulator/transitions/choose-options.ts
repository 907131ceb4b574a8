import type { CheckoutSession, LineItem } from "../state/stored.ts";
import type { World } from "../state/world.ts";
import { checkoutIntent } from "./checkout-parts.ts";

/** What the buyer decides on the payment page besides how to pay. What is left out stays as it is. */
export interface CheckoutChoices {
  /** Of the first item whose quantity may be adjusted. */
  quantity?: number;
  /** The id of one of the session's shipping rates. */
  shippingRate?: string;
  /** Answers to the shop's own questions, by their keys. */
  customFields?: Readonly<Record<string, string>>;
  acceptsTerms?: boolean;
}

export function chooseOptions(world: World, session: CheckoutSession, choices: CheckoutChoices): void {
  const items = world.state.lineItems[session.id] ?? [];
  const adjustable = adjustableItem(items);
  if (choices.quantity !== undefined && adjustable !== undefined) {
    const amount = (adjustable.price?.unit_amount ?? 0) * choices.quantity;
    Object.assign(adjustable, { quantity: choices.quantity, amount_subtotal: amount, amount_total: amount });
  }
  for (const field of session.custom_fields) {
    const value = choices.customFields?.[field.key];
    if (value === undefined) continue;
    const holder = field[field.type as "dropdown" | "numeric" | "text"];
    if (holder !== undefined) holder.value = value === "" ? null : value;
  }
  if (choices.acceptsTerms === true && session.consent_collection?.terms_of_service === "required") {
    session.consent = { promotions: null, terms_of_service: "accepted" };
  }
  addUp(world, session, choices.shippingRate);
}

/** What Link, which sells in a managed session, adds to the shop's price: HK$98 were seen to become HK$106.82. */
const LINKS_TAX = 0.09;

/** The session's amounts from its items and the way of sending, which is the first one until the buyer chooses another. */
export function addUp(world: World, session: CheckoutSession, shippingRate?: string): void {
  const items = world.state.lineItems[session.id] ?? [];
  const chosen = shippingRate ?? session.shipping_cost?.shipping_rate;
  const rates = checkoutIntent(world, session).shippingRates ?? [];
  const rate = rates.find(({ id }) => id === chosen) ?? rates[0];
  const amount = rate?.amount ?? 0;
  const subtotal = items.reduce((sum, item) => sum + item.amount_total, 0);
  session.amount_subtotal = subtotal;
  const tax = session.managed_payments?.enabled === true ? Math.round(subtotal * LINKS_TAX) : 0;
  session.amount_total = subtotal + amount + tax;
  session.shipping_cost =
    rate === undefined
      ? null
      : { amount_subtotal: amount, amount_tax: 0, amount_total: amount, shipping_rate: rate.id };
  session.total_details = { amount_discount: 0, amount_shipping: amount, amount_tax: tax };
}

export function adjustableItem(items: readonly LineItem[]): LineItem | undefined {
  return items.find((item) => item.adjustable_quantity?.enabled === true);
}
