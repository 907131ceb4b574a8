import { expect, test } from "vitest";
import { interceptStripe, openAccount, posterSession, startMs } from "./open-account.ts";

interceptStripe();

test("creates an open, unpaid session with a page to pay on", async () => {
  const account = openAccount();
  const session = await posterSession(account, {
    line_items: [{ price: "price_poster_a2", quantity: 3 }],
    metadata: { shop: "low-tide" },
    client_reference_id: "cart-1",
  });
  expect(session).toMatchObject({
    object: "checkout.session",
    status: "open",
    payment_status: "unpaid",
    mode: "payment",
    amount_total: 9600,
    currency: "eur",
    payment_intent: null,
    customer: null,
    metadata: { shop: "low-tide" },
    client_reference_id: "cart-1",
    created: 1_795_262_400,
    expires_at: 1_795_262_400 + 86_400,
    livemode: false,
  });
  expect(session.id).toMatch(/^cs_test_\w{58}$/);
  expect(session.url).toBe(`http://127.0.0.1:8888/c/pay/${session.id}`);
});

test("returns line items only when they are expanded", async () => {
  const account = openAccount();
  const created = await posterSession(account);
  expect(created).not.toHaveProperty("line_items");
  const session = await account.stripe.checkout.sessions.retrieve(created.id, {
    expand: ["line_items.data.price.product"],
  });
  expect(session.line_items?.data[0]).toMatchObject({
    description: "Tide chart poster, A2",
    quantity: 1,
    amount_total: 3200,
    price: { id: "price_poster_a2", product: { object: "product", name: "Tide chart poster, A2" } },
  });
});

test("expands the payment down to its charge", async () => {
  const account = openAccount();
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id);
  const session = await account.stripe.checkout.sessions.retrieve(id, {
    expand: ["payment_intent.latest_charge", "subscription", "invoice", "customer"],
  });
  expect(session).toMatchObject({
    status: "complete",
    payment_status: "paid",
    url: null,
    subscription: null,
    payment_intent: {
      status: "succeeded",
      amount_received: 3200,
      latest_charge: { object: "charge", status: "succeeded", paid: true, amount_refunded: 0 },
    },
  });
});

test.each([
  ["foo", "This property cannot be expanded (foo)."],
  ["line_items.price", "This property cannot be expanded (line_items.price)."],
  ["payment_intent.metadata", "This property cannot be expanded (payment_intent.metadata)."],
  ["line_items.data.price.product.default_price", "You cannot expand more than 4 levels of a property."],
])("refuses to expand %s", async (path, message) => {
  const account = openAccount();
  const { id } = await posterSession(account);
  const answer = account.stripe.checkout.sessions.retrieve(id, { expand: [path] });
  await expect(answer).rejects.toMatchObject({ statusCode: 400, rawType: "invalid_request_error", message });
});

test("shows only ten line items when expanded and pages through the rest", async () => {
  const account = openAccount();
  const line = { price: "price_ebook_tides", quantity: 1 };
  const { id } = await posterSession(account, { line_items: Array.from({ length: 12 }, () => line) });
  const session = await account.stripe.checkout.sessions.retrieve(id, { expand: ["line_items"] });
  expect(session.line_items?.data).toHaveLength(10);
  expect(session.line_items?.has_more).toBe(true);
  const all = await account.stripe.checkout.sessions
    .listLineItems(id, { limit: 5 })
    .autoPagingToArray({ limit: 100 });
  expect(new Set(all.map((item) => item.id)).size).toBe(12);
});

test("sets, keeps and deletes metadata key by key, in every status", async () => {
  const account = openAccount();
  const { id } = await posterSession(account, { metadata: { kept: "1", gone: "2" } });
  account.simulated.buyer.pay(id);
  const session = await account.stripe.checkout.sessions.update(id, { metadata: { gone: "", added: "3" } });
  expect(session.metadata).toEqual({ kept: "1", added: "3" });
  const emptied = await account.stripe.checkout.sessions.update(id, { metadata: "" });
  expect(emptied.metadata).toEqual({});
});

test("lists sessions newest first, filtered and in pages", async () => {
  const account = openAccount();
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1) ids.unshift((await posterSession(account)).id);
  const second = ids[1] ?? "";
  account.simulated.buyer.pay(second);
  const page = await account.stripe.checkout.sessions.list({ limit: 2 });
  expect(page.data.map((session) => session.id)).toEqual(ids.slice(0, 2));
  expect(page.has_more).toBe(true);
  const next = await account.stripe.checkout.sessions.list({ limit: 3, starting_after: second });
  expect(next.data.map((session) => session.id)).toEqual(ids.slice(2));
  expect(next.has_more).toBe(false);
  const before = await account.stripe.checkout.sessions.list({ limit: 1, ending_before: ids[2] ?? "" });
  expect(before.data.map((session) => session.id)).toEqual([second]);
  expect(before.has_more).toBe(true);

  const complete = await account.stripe.checkout.sessions.list({ status: "complete" });
  expect(complete.data.map((session) => session.id)).toEqual([second]);
  const paymentIntent = complete.data[0]?.payment_intent as string;
  const byPayment = await account.stripe.checkout.sessions.list({ payment_intent: paymentIntent });
  expect(byPayment.data).toHaveLength(1);
  const future = await account.stripe.checkout.sessions.list({ created: { gt: startMs / 1000 } });
  expect(future.data).toHaveLength(0);
  const all = await account.stripe.checkout.sessions.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
  expect(all.map((session) => session.id)).toEqual(ids);
});

test("expires a session on request, once", async () => {
  const account = openAccount();
  const { id } = await posterSession(account);
  const expired = await account.stripe.checkout.sessions.expire(id);
  expect(expired).toMatchObject({ status: "expired", url: null });
  await expect(account.stripe.checkout.sessions.expire(id)).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining("status of `expired`"),
  });
});

test("expires a session by itself after 24 hours, and sends the event", async () => {
  const account = openAccount();
  const { id } = await posterSession(account);
  await account.advance(86_399_000);
  expect((await account.stripe.checkout.sessions.retrieve(id)).status).toBe("open");
  await account.advance(1_000);
  expect(account.simulated.state().checkoutSessions[id]?.status).toBe("expired");
  expect(account.webhooks.map(({ body }) => JSON.parse(body))).toMatchObject([
    { type: "checkout.session.expired", data: { object: { id, status: "expired" } } },
  ]);
});

test("honors an earlier expiry and cancels the payment it leaves behind", async () => {
  const account = openAccount();
  const { id } = await posterSession(account, { expires_at: startMs / 1000 + 1800 });
  account.simulated.buyer.pay(id, { card: "4000000000000002" });
  await account.advance(1_800_000);
  const session = await account.stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
  expect(session).toMatchObject({ status: "expired", payment_intent: { status: "canceled" } });
});

test("subscribes: customer, active subscription and paid invoice", async () => {
  const account = openAccount();
  const { id } = await posterSession(account, {
    mode: "subscription",
    line_items: [{ price: "price_almanac_monthly", quantity: 1 }],
    subscription_data: { metadata: { order: "7" } },
  });
  account.simulated.buyer.pay(id, { email: "ada@example.com" });
  const session = await account.stripe.checkout.sessions.retrieve(id, {
    expand: ["subscription", "customer", "invoice.payments"],
  });
  expect(session).toMatchObject({
    payment_status: "paid",
    payment_intent: null,
    customer: { email: "ada@example.com" },
    subscription: {
      status: "active",
      metadata: { order: "7" },
      items: { data: [{ current_period_end: 1_797_854_400, price: { id: "price_almanac_monthly" } }] },
    },
    invoice: {
      status: "paid",
      amount_paid: 600,
      billing_reason: "subscription_create",
      payments: { data: [{ status: "paid" }] },
    },
  });
});

test("completes a free order without any payment", async () => {
  const account = openAccount({
    catalog: {
      products: [{ name: "Sampler", prices: [{ id: "price_free", amountMinor: 0, currency: "eur" }] }],
    },
  });
  const { id } = await posterSession(account, { line_items: [{ price: "price_free", quantity: 1 }] });
  expect(account.simulated.buyer.pay(id)).toEqual({ status: "complete" });
  const session = await account.stripe.checkout.sessions.retrieve(id);
  expect(session).toMatchObject({
    payment_status: "no_payment_required",
    payment_intent: null,
    amount_total: 0,
  });
});

test("keeps session metadata and payment metadata apart", async () => {
  const account = openAccount();
  const { id } = await posterSession(account, {
    metadata: { on: "session" },
    payment_intent_data: { metadata: { on: "payment" } },
  });
  account.simulated.buyer.pay(id);
  const session = await account.stripe.checkout.sessions.retrieve(id, {
    expand: ["payment_intent.latest_charge"],
  });
  expect(session).toMatchObject({
    metadata: { on: "session" },
    payment_intent: { metadata: { on: "payment" }, latest_charge: { metadata: { on: "payment" } } },
  });
});
