import type { OrderSnapshot } from "../../core/orders/order.ts";
import type { SimulatedState } from "../../simulator/state/state.ts";

interface Sums {
  items: readonly { amountMinor: number }[];
  shippingMinor?: number | null;
  totalMinor: number;
}

/** What is wrong with the amounts that a page or a message shows: lines and shipping must make the total. */
export function badSum({ items, shippingMinor, totalMinor }: Sums): string | undefined {
  const sum = items.reduce((all, { amountMinor }) => all + amountMinor, shippingMinor ?? 0);
  return sum === totalMinor ? undefined : `rows of ${sum}, and a total of ${totalMinor}`;
}

/** What is wrong with the rows of a mail: `  2 × Poster  €64.00` and so on down to the total. All prices are in euro. */
export function badRows(text: string): string | undefined {
  const rows = [...text.matchAll(/^ *(?:\d+ × .*|Shipping|Adjustment|Total) {2}(\S+)$/gm)];
  const amounts = rows.map(([, written = ""]) =>
    written === "Free" ? 0 : Math.round(Number(written.replaceAll(/[^\d.-]/g, "")) * 100),
  );
  if (text.includes("Adjustment")) return "an adjustment, where all is known";
  return badSum({
    items: amounts.slice(0, -1).map((amountMinor) => ({ amountMinor })),
    totalMinor: amounts.at(-1) ?? NaN,
  });
}

/** Where an order's snapshot disagrees with Stripe's session and its lines. */
export function misreadings(snapshot: OrderSnapshot, state: SimulatedState): string[] {
  const session = state.checkoutSessions[snapshot.orderId];
  const lines = state.lineItems[snapshot.orderId] ?? [];
  const { amount_tax: tax = 0, amount_discount: discount = 0 } = session?.total_details ?? {};
  const subscription = state.subscriptions[session?.subscription ?? ""];
  const intent = state.checkoutIntents[snapshot.orderId];
  const expected: Record<string, unknown> = {
    mode: session?.mode,
    createdMs: (session?.created ?? 0) * 1000,
    paymentIntentId: session?.mode === "payment" ? (intent?.paymentIntent ?? undefined) : undefined,
    subscriptionId: intent?.subscription ?? undefined,
    customerId: intent?.customer ?? undefined,
    buyer: JSON.stringify([session?.customer_details?.email, session?.customer_details?.name]),
    totalMinor: session?.amount_total,
    shippingMinor: session?.shipping_cost?.amount_total,
    taxMinor: tax === 0 ? undefined : tax,
    discountMinor: discount === 0 ? undefined : discount,
    needsShipping: session?.shipping_address_collection === null ? undefined : true,
    isTrial: typeof subscription?.trial_start === "number" ? true : undefined,
    items: JSON.stringify(
      lines.map(({ description, quantity, amount_total: amount }) => [description, quantity, amount]),
    ),
  };
  const found: Record<string, unknown> = {
    ...snapshot,
    buyer: JSON.stringify([snapshot.buyer.email, snapshot.buyer.name]),
    items: JSON.stringify(
      snapshot.items.map(({ name, quantity, amountMinor }) => [name, quantity, amountMinor]),
    ),
  };
  return Object.entries(expected)
    .filter(([name, value]) => found[name] !== value)
    .map(([name, value]) => `${name} is ${String(found[name])}, at Stripe ${String(value)}`);
}
