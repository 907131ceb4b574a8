import type { CheckoutIntent } from "../state/state.ts";
import type { CheckoutSession, LineItem } from "../state/stored.ts";
import type { World } from "../state/world.ts";
import { checkoutIntent } from "./checkout-parts.ts";
import { addUpSession } from "./session-amounts.ts";

/** What the buyer decides on the payment page, apart from how to pay. An option that is left out stays as it is. */
export interface CheckoutChoices {
  /** For the first item whose quantity may be adjusted. */
  quantity?: number;
  /** The id of one of the session's shipping rates. */
  shippingRate?: string;
  /** Answers to the shop's own questions, by their keys. */
  customFields?: Readonly<Record<string, string>>;
  acceptsTerms?: boolean;
  /** A promotion code takes this much off each item; the session must take codes. */
  percentOff?: number;
  /** What Stripe Tax comes to for this buyer; the session must have `automatic_tax`. */
  tax?: CheckoutIntent["tax"];
}

export function chooseOptions(world: World, session: CheckoutSession, choices: CheckoutChoices): void {
  const items = world.state.lineItems[session.id] ?? [];
  const adjustable = adjustableItem(items);
  if (choices.quantity !== undefined && adjustable !== undefined) {
    adjustable.quantity = choices.quantity;
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
  const intent = checkoutIntent(world, session);
  if (choices.percentOff !== undefined && session.allow_promotion_codes === true)
    intent.percentOff = choices.percentOff;
  if (choices.tax !== undefined && session.automatic_tax.enabled) intent.tax = choices.tax;
  addUp(world, session, choices.shippingRate);
}

/** What Link, the seller in a managed session, adds to the shop's price: we saw HK$98 become HK$106.82. */
const LINKS_TAX = 0.09;

/** The session's amounts from its items and the way of sending, which is the first one until the buyer chooses another. */
export function addUp(world: World, session: CheckoutSession, shippingRate?: string): void {
  const intent = checkoutIntent(world, session);
  const chosen = shippingRate ?? session.shipping_cost?.shipping_rate;
  const rates = intent.shippingRates ?? [];
  const rate = rates.find(({ id }) => id === chosen) ?? rates[0];
  addUpSession(session, world.state.lineItems[session.id] ?? [], rate, intent);
  if (session.managed_payments?.enabled === true) addLinksTax(session);
}

function addLinksTax(session: CheckoutSession): void {
  const tax = Math.round((session.amount_subtotal ?? 0) * LINKS_TAX);
  session.amount_total = (session.amount_total ?? 0) + tax;
  if (session.total_details !== null) session.total_details.amount_tax += tax;
}

export function adjustableItem(items: readonly LineItem[]): LineItem | undefined {
  return items.find((item) => item.adjustable_quantity?.enabled === true);
}
