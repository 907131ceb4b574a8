import { expect, test } from "vitest";

import { orderConfirmation } from "../../../core/mail/order-confirmation.ts";
import { formatMoney } from "../../../core/money.ts";
import type { OrderSnapshot } from "../../../core/orders/order.ts";

test.for([
  [3200, "eur", "€32.00"],
  [500, "jpy", "¥500"],
  [1234, "kwd", "KWD 1.234"],
  [123400, "isk", "ISK 1,234"],
  [500000, "ugx", "UGX 5,000"],
  [12345, "rsd", "RSD 123.45"],
] as const)("B15: %i %s is written %s", ([amountMinor, currency, text]) => {
  expect(formatMoney(amountMinor, currency, "en").replace("\u00a0", " ")).toBe(text);
});

test("names what was bought, the total and where the order page is", () => {
  const order: OrderSnapshot = {
    v: 1,
    orderId: "cs_test_1",
    livemode: false,
    mode: "payment",
    createdMs: 0,
    items: [
      { priceId: "price_1", name: "Poster\r\nBcc: everyone@example.com", quantity: 2, amountMinor: 6400 },
    ],
    currency: "eur",
    totalMinor: 6400,
    buyer: { email: "buyer@example.com", name: "Ada" },
  };
  const { subject, text } = orderConfirmation(order, "https://shop.example");
  expect(subject).toBe("Your order");
  expect(text).toContain("Hello Ada,");
  expect(text).toContain("  2 × Poster Bcc: everyone@example.com  €64.00\n  Total  €64.00");
  expect(text).toContain("https://shop.example/success.html?session_id=cs_test_1");
});
