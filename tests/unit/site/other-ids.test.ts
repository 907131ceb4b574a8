import { expect, test } from "vitest";

import { otherIdProblem } from "../../../cli/site/other-ids.ts";

const PRODUCTS = "https://dashboard.stripe.com/test/products";

test("D31: a product's id in place of a price's is reported as one, with the page where the price's id is", () => {
  expect(otherIdProblem("prod_Nx3k2PosterA2", PRODUCTS)).toBe(
    '"prod_Nx3k2PosterA2" is a product\'s id, and a button needs a price\'s. Open https://dashboard.stripe.com/test/products/prod_Nx3k2PosterA2: in its list of prices, "…" copies the price\'s id (price_…).',
  );
});

test.for([
  ["plink_1Nx3k2", "a payment link's id"],
  ["buy_btn_1Nx3k2", "a buy button's id"],
  ["sku_1Nx3k2", "an SKU's id"],
] as const)("D31: %s is %s", ([name, what]) => {
  expect(otherIdProblem(name, PRODUCTS)).toContain(`"${name}" is ${what}`);
});

test.for(["price_1Nx3k2", "poster-a2", "production"])("D31: %s is not the id of something else", (name) => {
  expect(otherIdProblem(name, PRODUCTS)).toBeUndefined();
});
