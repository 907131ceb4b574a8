import type { CheckoutIntent } from "../state/state.ts";
import type { CheckoutSession, LineItem } from "../state/stored.ts";

/** Taxes and discounts of a session, as Stripe Tax and a promotion code would make them. */
export type Rules = Pick<CheckoutIntent, "percentOff" | "tax">;

interface Amounts {
  amount_subtotal: number;
  amount_discount: number;
  amount_tax: number;
  amount_total: number;
}

/** Before discounts and taxes, the parts, and what it comes to. An inclusive tax is in the subtotal already. */
function amountsOf(subtotal: number, { percentOff = 0, tax }: Rules): Amounts {
  const discount = Math.round((subtotal * percentOff) / 100);
  const taxable = subtotal - discount;
  const { percent = 0, inclusive = false } = tax ?? {};
  const taxAmount = inclusive
    ? taxable - Math.round(taxable / (1 + percent / 100))
    : Math.round((taxable * percent) / 100);
  return {
    amount_subtotal: subtotal,
    amount_discount: discount,
    amount_tax: taxAmount,
    amount_total: inclusive ? taxable : taxable + taxAmount,
  };
}

/** Writes the amounts of the lines, of the way of sending (which no code makes cheaper) and of the session. */
export function addUpSession(
  session: CheckoutSession,
  items: readonly LineItem[],
  rate: { id: string; amount: number } | undefined,
  rules: Rules,
): void {
  for (const item of items)
    Object.assign(item, amountsOf((item.price?.unit_amount ?? 0) * (item.quantity ?? 1), rules));
  const shipping = rate && amountsOf(rate.amount, { ...rules, percentOff: 0 });
  const parts: readonly Amounts[] = shipping === undefined ? items : [...items, shipping];
  const sum = (name: keyof Amounts, of = parts): number => of.reduce((total, part) => total + part[name], 0);
  session.amount_subtotal = sum("amount_subtotal", items);
  session.amount_total = sum("amount_total");
  session.shipping_cost =
    rate === undefined || shipping === undefined
      ? null
      : {
          amount_subtotal: shipping.amount_subtotal,
          amount_tax: shipping.amount_tax,
          amount_total: shipping.amount_total,
          shipping_rate: rate.id,
        };
  session.total_details = {
    amount_discount: sum("amount_discount"),
    amount_shipping: shipping?.amount_subtotal ?? 0,
    amount_tax: sum("amount_tax"),
  };
}
