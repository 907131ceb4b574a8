import { plainCopy } from "../state/plain-copy.ts";
import type { LineItem, Price } from "../state/stored.ts";

export function lineItem(fields: {
  id: string;
  description: string;
  price: Price;
  quantity: number;
  adjustableQuantity: LineItem["adjustable_quantity"];
  metadata: Record<string, string>;
}): LineItem {
  const amount = (fields.price.unit_amount ?? 0) * fields.quantity;
  return {
    id: fields.id,
    object: "item",
    adjustable_quantity: fields.adjustableQuantity,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: fields.price.currency,
    description: fields.description,
    metadata: fields.metadata,
    price: plainCopy(fields.price),
    quantity: fields.quantity,
  };
}
