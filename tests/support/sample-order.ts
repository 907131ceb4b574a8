import type { OrderSnapshot } from "../../core/orders/order.ts";

/** A paid order of two posters. */
export const ORDER: OrderSnapshot = {
  v: 1,
  orderId: "cs_test_1",
  livemode: false,
  mode: "payment",
  createdMs: Date.UTC(2026, 10, 21, 12),
  items: [{ priceId: "price_1", name: "Poster", quantity: 2, amountMinor: 6400 }],
  currency: "eur",
  totalMinor: 6400,
  buyer: { email: "buyer@example.com", name: "Ada" },
};
