import { unexplainedMinor } from "../../orders/order-sums.ts";
import type { OrderSnapshot } from "../../orders/order.ts";

/** A row between the lines of an order and its total. */
export interface SumRow {
  name: string;
  amount: string;
}

type Money = (amountMinor: number) => string;

/** What belongs between the lines and the total, so that a reader who adds up arrives at the total. Usually nothing. */
export function sumRows(order: OrderSnapshot, money: Money): SumRow[] {
  const { shippingMinor } = order;
  const rest = unexplainedMinor(order);
  return [
    ...(shippingMinor === undefined ? [] : [{ name: "Shipping", amount: freeOr(shippingMinor, money) }]),
    ...(rest === 0 ? [] : [{ name: "Adjustment", amount: money(rest) }]),
  ];
}

/** What the amounts above already include, in sentences: as rows, they would be counted twice. */
export function includedSums({ discountMinor, taxMinor }: OrderSnapshot, money: Money): string[] {
  return [
    ...(discountMinor === undefined ? [] : [`Includes a discount of ${money(discountMinor)}.`]),
    ...(taxMinor === undefined ? [] : [`Includes ${money(taxMinor)} tax.`]),
  ];
}

function freeOr(amountMinor: number, money: Money): string {
  return amountMinor === 0 ? "Free" : money(amountMinor);
}
