import { moveLookupKey } from "../transitions/dashboard-lines.ts";
import type { AccountSurroundings } from "./account.ts";

export interface PriceOperations {
  /** The owner gives a lookup key to another price. */
  moveLookupKey(lookupKey: string, priceId: string): void;
}

export function createPriceOperations({ world, change }: AccountSurroundings): PriceOperations {
  return {
    moveLookupKey: (lookupKey, priceId) => change(() => moveLookupKey(world, lookupKey, priceId)),
  };
}
