import { expect, test } from "vitest";

import { readArguments } from "../../../simulator/arguments.ts";
import { interceptStripe, openAccount, posterSession } from "./open-account.ts";

interceptStripe();

const managed = () => {
  const account = openAccount({ managedPaymentsByDefault: true });
  for (const product of Object.values(account.simulated.state().products)) product.tax_code = "txcd_10302000";
  return account;
};

test("an account with Managed Payments on by default sells through Link, with tax, unless a request says no", async () => {
  const account = managed();
  expect(await posterSession(account)).toMatchObject({
    managed_payments: { enabled: true },
    amount_subtotal: 3200,
    amount_total: 3488,
    total_details: { amount_tax: 288 },
  });
  expect(await posterSession(account, { managed_payments: { enabled: false } })).toMatchObject({
    managed_payments: { enabled: false },
    amount_total: 3200,
  });
});

test("such an account refuses unsupported options in Stripe's own words", async () => {
  const account = managed();
  await expect(
    posterSession(account, { custom_text: { submit: { message: "Thanks" } } }),
  ).rejects.toMatchObject({
    statusCode: 400,
    message:
      "custom_text cannot be used with Managed Payments, which is enabled by default on your account. Remove custom_text, or pass managed_payments[enabled]=false to disable it for this request.",
  });
  await expect(
    posterSession(account, { shipping_address_collection: { allowed_countries: ["DE"] } }),
  ).rejects.toMatchObject({ statusCode: 400 });
  await expect(posterSession(openAccount({ managedPaymentsByDefault: true }))).rejects.toMatchObject({
    message:
      "Invalid line_items[0]: the product tax code is missing. Product tax code is required for Managed Payments.",
  });
});

test("an account without it sells as before", async () => {
  expect(await posterSession(openAccount())).toMatchObject({ managed_payments: { enabled: false } });
});

test("the command line has a flag for it", () => {
  expect(readArguments(["--managed-payments"])).toMatchObject({ managedPaymentsByDefault: true });
});
