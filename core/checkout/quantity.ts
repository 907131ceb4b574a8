import { HttpError } from "../http/http-error.ts";
import type { PriceSettings } from "../shop-definition/shop-definition.ts";

const DEFAULT_MAX_QUANTITY = 99;

export function maxQuantity(settings: PriceSettings): number {
  return settings.maxQuantity ?? DEFAULT_MAX_QUANTITY;
}

/** @throws HttpError 400 when one order may not hold that many. */
export function refuseQuantity(quantity: number, settings: PriceSettings): void {
  const max = maxQuantity(settings);
  if (quantity <= max) return;
  const message =
    max === 1 ? "You can only order one of these." : `Please choose a whole number from 1 to ${max}.`;
  throw new HttpError(400, "invalid_quantity", message);
}
