import type { LicensedOrder } from "../../core/delivery/licenses/license-signer.ts";
import type { ShopDefinition } from "../../core/shop-definition/shop-definition.ts";

/** Two secrets of an owner who replaces one with the other, and the public key of each. */
export const KEYS = {
  first: {
    secret: "lsk1_20261101_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
    id: "fe812c12",
    publicKey: "6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw",
  },
  second: { secret: "lsk1_20270301_CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk" },
} as const;

export const APP_SHOP: ShopDefinition = {
  prices: {
    price_app_license: { deliver: [{ kind: "license", product: "ebb" }] },
    price_almanac_monthly: { deliver: [{ kind: "license", name: "Almanac" }] },
  },
};

/** An order of 21 November 2026. */
export function licensedOrder(change: Partial<LicensedOrder> = {}): LicensedOrder {
  return {
    orderId: "cs_live_a1SxQ7rT4uVwXyZ0123456789abcdefghijKLMNOPQRSTUVWXYZ01234567",
    livemode: true,
    createdMs: Date.UTC(2026, 10, 21, 12),
    ...change,
  };
}
