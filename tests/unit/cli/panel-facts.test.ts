import { afterEach, expect, test } from "vitest";

import { stripeFacts } from "../../../cli/dev/panel/order-facts.ts";
import { findSimulatedOrder } from "../../../cli/dev/panel/simulated-order.ts";
import { openTestShop, type TestShop } from "../../support/test-shop.ts";
import { siteOf } from "../../support/test-site.ts";

let shop: TestShop;
afterEach(() => shop.close());

/** The panel's facts as `name value`, a line each. */
async function factsOf(pay: Parameters<TestShop["stripe"]["buyer"]["pay"]>[1] = {}): Promise<string[]> {
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId, pay);
  const order = findSimulatedOrder(shop.stripe.state(), orderId);
  if (order === undefined) throw new Error("There is no such order.");
  const { markup } = stripeFacts(order);
  return [...markup.matchAll(/<dt>(.*?)<\/dt>\s*<dd>(.*?)<\/dd>/g)].map(
    ([, name, value]) => `${name} ${value}`,
  );
}

test("F02: the panel shows the amounts that add up to the total, and those that it includes", async () => {
  const rates = [{ name: "Letter post", amountMinor: 490, currency: "eur" }];
  const checkout = { shipping: { countries: ["DE"], rates }, promotionCodes: true, automaticTax: true };
  shop = openTestShop({ site: siteOf({ checkout }) });
  const facts = await factsOf({ percentOff: 10, tax: { percent: 19, inclusive: true } });
  expect(facts).toEqual(
    expect.arrayContaining([
      "Tide chart poster, A2 €28.80",
      "Shipping €4.90",
      "Includes a discount of €3.20",
      "Includes tax €5.38",
      "Total €33.70",
    ]),
  );
});

test("F02: one item without shipping is its own total", async () => {
  shop = openTestShop();
  const facts = await factsOf();
  expect(facts).toContain("Total €32.00");
  expect(facts.join()).not.toMatch(/poster|Shipping|Includes/);
});
