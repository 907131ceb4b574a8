import type Stripe from "stripe";
import { expect, test } from "vitest";

import { interceptStripe, openAccount, posterSession, type TestAccount } from "./open-account.ts";
import { send, TYPED } from "./payment-page.ts";

interceptStripe();

const rate = (display_name: string, amount: number) => ({
  shipping_rate_data: {
    type: "fixed_amount" as const,
    display_name,
    fixed_amount: { amount, currency: "eur" },
  },
});

const OPTIONS: Partial<Stripe.Checkout.SessionCreateParams> = {
  line_items: [
    { price: "price_poster_a2", quantity: 1, adjustable_quantity: { enabled: true, minimum: 1, maximum: 3 } },
  ],
  shipping_options: [rate("Letter", 490), rate("At the studio", 0)],
  allow_promotion_codes: true,
  tax_id_collection: { enabled: true },
  consent_collection: { terms_of_service: "required" },
  custom_fields: [
    {
      key: "paper",
      label: { type: "custom", custom: "Paper" },
      type: "dropdown",
      dropdown: { options: [{ value: "matt", label: "Matt" }] },
    },
    {
      key: "note",
      label: { type: "custom", custom: "A note" },
      type: "text",
      optional: true,
      text: { maximum_length: 5 },
    },
  ],
};

async function open() {
  const account = openAccount();
  const { id, url } = await posterSession(account, OPTIONS);
  return { account, id, url: url ?? "" };
}

const sessionOf = (account: TestAccount, id: string) =>
  account.stripe.checkout.sessions.retrieve(id, { expand: ["line_items", "payment_intent"] });

test("the first shipping rate is chosen and added to the total from the start", async () => {
  const { account, id, url } = await open();
  expect(await sessionOf(account, id)).toMatchObject({
    amount_subtotal: 3200,
    amount_total: 3690,
    shipping_cost: { amount_total: 490 },
    total_details: { amount_shipping: 490 },
  });
  const page = await (await send(account, url)).text();
  expect(page).toContain("Letter (€4.90)");
  expect(page).toContain("At the studio (free)");
  expect(page).toMatch(/Pay €36\.90/);
  for (const label of [
    "Quantity",
    "Promotion code",
    "Business tax ID (optional)",
    "Paper",
    "A note (optional)",
  ])
    expect(page).toContain(label);
});

test("another quantity and another shipping rate change the total before the payment", async () => {
  const { account, id, url } = await open();
  const { shipping_options: offered } = await sessionOf(account, id);
  const studio = offered[1]?.shipping_rate as string;
  const update = { action: "update", quantity: "3", shippingRate: studio };
  const page = await (await send(account, url, update)).text();
  expect(page).toMatch(/Pay €96\.00/);
  expect(await sessionOf(account, id)).toMatchObject({ status: "open", amount_total: 9600 });
});

test("the session holds the answers, the consent and the amount once it is paid", async () => {
  const { account, id, url } = await open();
  const answers = { custom_paper: "matt", custom_note: "Ahoi", terms: "accepted", quantity: "2" };
  expect((await send(account, url, { ...TYPED, ...answers })).status).toBe(303);
  expect(await sessionOf(account, id)).toMatchObject({
    payment_status: "paid",
    amount_total: 6890,
    consent: { terms_of_service: "accepted" },
    custom_fields: [
      { key: "paper", dropdown: { value: "matt" } },
      { key: "note", text: { value: "Ahoi" } },
    ],
    line_items: { data: [{ quantity: 2, amount_total: 6400 }] },
    payment_intent: { amount: 6890 },
  });
});

test.for<[string, Record<string, string>, string]>([
  ["a question that must be answered", { terms: "accepted" }, "Please fill this in."],
  ["terms that were not accepted", { custom_paper: "matt" }, "Accept the terms to go on."],
  [
    "an answer that is not on the list",
    { terms: "accepted", custom_paper: "gold" },
    "Choose one of the list.",
  ],
  [
    "an answer that is too long",
    { terms: "accepted", custom_paper: "matt", custom_note: "123456" },
    "At most 5 characters.",
  ],
  [
    "a quantity beyond the limit",
    { terms: "accepted", custom_paper: "matt", quantity: "4" },
    "Choose a quantity from 1 to 3.",
  ],
  [
    "a promotion code",
    { terms: "accepted", custom_paper: "matt", promotionCode: "SPRING" },
    "This code is invalid",
  ],
])("does not accept the payment with %s", async ([, fields, message]) => {
  const { account, id, url } = await open();
  const response = await send(account, url, { ...TYPED, ...fields });
  expect(response.status).toBe(200);
  expect(await response.text()).toContain(message);
  expect(await sessionOf(account, id)).toMatchObject({ status: "open", payment_status: "unpaid" });
});

test("one click on a test card answers the required questions", async () => {
  const { account, url } = await open();
  const filled = await send(account, url, { fill: "4242424242424242", custom_note: "Hi" });
  const page = await filled.text();
  expect(page).toMatch(/<option value="matt"\s+selected/);
  expect(page).toMatch(/name="terms"\s+value="accepted"\s+checked/);
  expect(page).toContain('value="Hi"');
});

test("another quantity chosen after a refused card is the one that is paid", async () => {
  const { account, id, url } = await open();
  const answers = { custom_paper: "matt", terms: "accepted" };
  await send(account, url, { ...TYPED, ...answers, cardNumber: "4000 0000 0000 0002" });
  expect((await send(account, url, { ...TYPED, ...answers, quantity: "2" })).status).toBe(303);
  expect(await sessionOf(account, id)).toMatchObject({
    amount_total: 6890,
    payment_intent: { amount: 6890, amount_received: 6890 },
  });
});
