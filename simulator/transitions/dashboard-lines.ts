import { lineItem } from "../objects/line-item.ts";
import type { CheckoutSession, Price } from "../state/stored.ts";
import { newId, type World } from "../state/world.ts";
import { addUp } from "./choose-options.ts";

/** What the dashboard offers on the payment page besides what the shop asked Stripe to sell, and the buyer takes. */
export interface DashboardLines {
  /** Cross-sells and optional items: prices that are added. */
  adds?: readonly { price: string; quantity?: number }[];
  /** Upsells: the price of a line, and the one that takes its place. */
  exchanges?: Readonly<Record<string, string>>;
}

export function takeDashboardLines(
  world: World,
  session: CheckoutSession,
  { adds = [], exchanges = {} }: DashboardLines,
): void {
  if (adds.length === 0 && Object.keys(exchanges).length === 0) return;
  const { state } = world;
  const line = (priceId: string, quantity: number) => {
    const price = knownPrice(world, priceId);
    return lineItem({
      id: newId(world, "li"),
      description: state.products[price.product]?.name ?? price.id,
      price,
      quantity,
      adjustableQuantity: null,
      metadata: {},
    });
  };
  const items = (state.lineItems[session.id] ?? []).map((item) => {
    const other = exchanges[item.price?.id ?? ""];
    return other === undefined ? item : line(other, item.quantity ?? 1);
  });
  state.lineItems[session.id] = [...items, ...adds.map(({ price, quantity = 1 }) => line(price, quantity))];
  addUp(world, session);
}

/** Gives a lookup key to another price, as `transfer_lookup_key` does. Sessions show a price as it is now. */
export function moveLookupKey({ state }: World, lookupKey: string, priceId: string): void {
  const copies = Object.values(state.lineItems).flatMap((items) => items.flatMap(({ price }) => price ?? []));
  const prices = [...Object.values(state.prices), ...copies];
  for (const price of prices) if (price.lookup_key === lookupKey) price.lookup_key = null;
  for (const price of prices) if (price.id === priceId) price.lookup_key = lookupKey;
}

function knownPrice({ state }: World, priceId: string): Price {
  const price = state.prices[priceId];
  if (price === undefined) throw new Error(`The simulated Stripe has no price ${priceId}.`);
  return price;
}
