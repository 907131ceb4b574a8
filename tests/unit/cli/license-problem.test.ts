import { expect, test } from "vitest";

import { licenseProblem } from "../../../cli/site/license-problem.ts";
import { APP_SHOP, KEYS } from "../../licenses/license-shop.ts";
import { siteOf } from "../../support/test-site.ts";

const STRIPE = { STRIPE_SECRET_KEY: "sk_test_1" };

test("E12: a build with a shop's variables but without the secret says what is missing and how to make it", () => {
  for (const environment of [STRIPE, { ...STRIPE, LICENSE_PRIVATE_KEY: "" }]) {
    expect(licenseProblem(siteOf(APP_SHOP), environment)).toMatch(
      /^LICENSE_PRIVATE_KEY is not set .*npm run license:keys/,
    );
  }
});

test("E12: a secret that is cut off is reported differently from a missing one", () => {
  const environment = { ...STRIPE, LICENSE_PRIVATE_KEY: KEYS.first.secret.slice(0, -1) };
  expect(licenseProblem(siteOf(APP_SHOP), environment)).toMatch(/^LICENSE_PRIVATE_KEY is not a key/);
});

test("there is no problem with a secret, without licenses, or where the variables are not a shop's", () => {
  expect(
    licenseProblem(siteOf(APP_SHOP), { ...STRIPE, LICENSE_PRIVATE_KEY: KEYS.first.secret }),
  ).toBeUndefined();
  expect(licenseProblem(siteOf(), STRIPE)).toBeUndefined();
  expect(licenseProblem(siteOf(APP_SHOP), {})).toBeUndefined();
});
