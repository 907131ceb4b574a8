import type Stripe from "stripe";
import { expect, test } from "vitest";
import { interceptStripe, openAccount, posterSession, startMs } from "./open-account.ts";

interceptStripe();

type Params = Stripe.Checkout.SessionCreateParams;
const startSeconds = startMs / 1000;

const letter = (currency: string) => ({
  shipping_rate_data: {
    type: "fixed_amount",
    display_name: "Letter",
    fixed_amount: { amount: 490, currency },
  },
});
const question = () => ({ key: "paper", label: { type: "custom", custom: "Paper" }, type: "text" });

const refusals: [string, unknown, { code?: string; param?: string; message: string }][] = [
  [
    "payment_method_types, which was removed",
    { payment_method_types: ["card"] },
    {
      code: "parameter_unknown",
      param: "payment_method_types",
      message: "Received unknown parameter: payment_method_types",
    },
  ],
  [
    "an unknown nested parameter",
    { line_items: [{ price: "price_poster_a2", quantity: 1, amount: 1 }] },
    {
      code: "parameter_unknown",
      param: "line_items[0][amount]",
      message: "Received unknown parameter: line_items[0][amount]",
    },
  ],
  [
    "no mode",
    { mode: undefined },
    { code: "parameter_missing", param: "mode", message: "Missing required param: mode." },
  ],
  [
    "no success_url",
    { success_url: undefined },
    { code: "parameter_missing", param: "success_url", message: "Missing required param: success_url." },
  ],
  [
    "an invalid success_url",
    { success_url: "/thanks" },
    { code: "url_invalid", param: "success_url", message: "Not a valid URL" },
  ],
  [
    "shipping rates for a subscription",
    {
      mode: "subscription",
      line_items: [{ price: "price_almanac_monthly", quantity: 1 }],
      shipping_options: [letter("eur")],
    },
    { param: "shipping_options", message: "You can only use `shipping_options` in `payment` mode." },
  ],
  [
    "a shipping rate in another currency",
    { shipping_options: [letter("usd")] },
    {
      param: "shipping_options[0][shipping_rate_data][fixed_amount][currency]",
      message: "The shipping rate's currency `usd` doesn't match the expected currency: `eur`.",
    },
  ],
  [
    "an unknown shipping rate",
    { shipping_options: [{ shipping_rate: "shr_1" }] },
    {
      code: "resource_missing",
      param: "shipping_options[0][shipping_rate]",
      message: "No such shipping rate: 'shr_1'",
    },
  ],
  [
    "six shipping rates",
    { shipping_options: Array.from({ length: 6 }, () => letter("eur")) },
    { param: "shipping_options", message: "The array `shipping_options` can have at most 5 entries." },
  ],
  [
    "four questions",
    { custom_fields: Array.from({ length: 4 }, question) },
    { param: "custom_fields", message: "The array `custom_fields` can have at most 3 entries." },
  ],
  [
    "a question of an unknown kind",
    { custom_fields: [{ ...question(), type: "date" }] },
    {
      param: "custom_fields[0][type]",
      message: "Invalid custom_fields[0][type]: must be one of dropdown, numeric, or text",
    },
  ],
  [
    "an unknown mode",
    { mode: "gift" },
    { param: "mode", message: "Invalid mode: must be one of payment, setup, or subscription" },
  ],
  [
    "an old ui_mode",
    { ui_mode: "hosted" },
    {
      param: "ui_mode",
      message: "Invalid ui_mode: must be one of elements, embedded_page, form, or hosted_page",
    },
  ],
  [
    "an unknown price",
    { line_items: [{ price: "price_x", quantity: 1 }] },
    { code: "resource_missing", param: "line_items[0][price]", message: "No such price: 'price_x'" },
  ],
  [
    "a recurring price in payment mode",
    { line_items: [{ price: "price_almanac_monthly", quantity: 1 }] },
    {
      message:
        "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.",
    },
  ],
  [
    "a one-time price in subscription mode",
    { mode: "subscription" },
    { message: "You must provide at least one recurring price in `subscription` mode when using prices." },
  ],
  [
    "a quantity of zero",
    { line_items: [{ price: "price_poster_a2", quantity: 0 }] },
    { param: "line_items[0][quantity]", message: "This value must be greater than or equal to 1." },
  ],
  [
    "a quantity that is not an integer",
    { line_items: [{ price: "price_poster_a2", quantity: 1.5 }] },
    { code: "parameter_invalid_integer", param: "line_items[0][quantity]", message: "Invalid integer: 1.5" },
  ],
  [
    "an early expiry",
    { expires_at: startSeconds + 1799 },
    {
      param: "expires_at",
      message: "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
    },
  ],
  [
    "a late expiry",
    { expires_at: startSeconds + 86_401 },
    {
      param: "expires_at",
      message: "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
    },
  ],
  [
    "101 line items",
    { line_items: Array.from({ length: 101 }, () => ({ price: "price_poster_a2", quantity: 1 })) },
    { param: "line_items", message: "You can have at most 100 line items in `payment` mode." },
  ],
  [
    "an empty text",
    { client_reference_id: "" },
    {
      code: "parameter_invalid_empty",
      param: "client_reference_id",
      message: expect.stringContaining("empty string"),
    },
  ],
  [
    "a long client_reference_id",
    { client_reference_id: "x".repeat(201) },
    { param: "client_reference_id", message: expect.stringContaining("at most 200 characters") },
  ],
  [
    "51 metadata keys",
    { metadata: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, "1"])) },
    { param: "metadata", message: expect.stringContaining("50 metadata keys") },
  ],
  [
    "a metadata key of 41 characters",
    { metadata: { ["k".repeat(41)]: "1" } },
    { param: "metadata", message: expect.stringContaining("up to 40 characters") },
  ],
  [
    "a metadata value of 501 characters",
    { metadata: { key: "v".repeat(501) } },
    { param: "metadata", message: expect.stringContaining("up to 500 characters") },
  ],
  [
    "a customer and an email at once",
    { customer: "cus_1", customer_email: "a@example.com" },
    { code: "parameters_exclusive", message: expect.stringContaining("customer, customer_email") },
  ],
  [
    "subscription_data in payment mode",
    { subscription_data: { description: "x" } },
    { param: "subscription_data", message: expect.stringContaining("`payment` mode") },
  ],
];

test.each(refusals)("refuses %s", async (_name, params, expected) => {
  const account = openAccount();
  await expect(posterSession(account, params as Params)).rejects.toMatchObject({
    type: "StripeInvalidRequestError",
    statusCode: 400,
    requestId: expect.stringMatching(/^req_/),
    ...expected,
  });
  expect(account.simulated.state().checkoutSessions).toEqual({});
});

test("refuses an inactive price", async () => {
  const account = openAccount({
    catalog: {
      products: [
        { name: "Old", prices: [{ id: "price_old", amountMinor: 100, currency: "eur", active: false }] },
      ],
    },
  });
  const params = { line_items: [{ price: "price_old", quantity: 1 }] };
  await expect(posterSession(account, params)).rejects.toMatchObject({
    param: "line_items[0][price]",
    message: "The price specified is inactive. This field only accepts active prices.",
  });
});

test("tells the owner which price the catalog lacks", async () => {
  const account = openAccount();
  await expect(account.stripe.prices.retrieve("price_mine")).rejects.toMatchObject({
    statusCode: 404,
    code: "resource_missing",
    message: "No such price: 'price_mine'",
  });
  expect(account.notices).toEqual([
    "The simulated Stripe has no price price_mine: add it to simulator/catalog.json.",
  ]);
});

test("says so when it accepts a parameter it does not simulate", async () => {
  const account = openAccount();
  await posterSession(account, { automatic_tax: { enabled: true } });
  expect(account.notices).toEqual([
    "The simulated Stripe computes no tax; real Stripe adds what your tax settings say.",
  ]);
});
