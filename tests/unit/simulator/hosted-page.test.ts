import type Stripe from "stripe";
import { expect, test } from "vitest";
import { formatAmount } from "../../../simulator/hosted-page/money.ts";
import { eventTypes, interceptStripe, openAccount, posterSession } from "./open-account.ts";
import { send, TYPED } from "./payment-page.ts";

interceptStripe();

async function openPage(params: Parameters<typeof posterSession>[1] = {}) {
  const account = openAccount();
  const session = await posterSession(account, params);
  return { account, id: session.id, url: session.url ?? "" };
}

test("shows what is bought, says that no money moves, and forbids scripts", async () => {
  const { account, id, url } = await openPage({ line_items: [{ price: "price_poster_a2", quantity: 2 }] });
  const response = await send(account, url);
  const page = await response.text();
  expect(page).toContain("Simulated Stripe: no money moves.");
  expect(page).toContain("Tide chart poster, A2");
  expect(page).toContain("Qty 2, €32.00 each");
  expect(page).toMatch(/Pay €64\.00/);
  expect(page).toContain(`href="http://127.0.0.1:8888/canceled.html?session_id=${id}"`);
  expect(page).not.toMatch(/<script|<style|style="|onclick/);
  const policy = response.headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe-inline");
  expect(policy).toContain("form-action 'self' http://127.0.0.1:8888");
});

test("pays, waits for the webhook's answer and goes to success_url with the session's id", async () => {
  const { account, id, url } = await openPage();
  const response = await send(account, url, TYPED);
  expect(response.status).toBe(303);
  expect(response.headers.get("location")).toBe(`http://127.0.0.1:8888/success.html?session_id=${id}`);
  expect(eventTypes(account)).toContain("checkout.session.completed");
  const session = await account.stripe.checkout.sessions.retrieve(id);
  expect(session).toMatchObject({
    payment_status: "paid",
    customer_details: { email: "ada@example.com", name: "Ada Lovelace" },
  });
  expect(JSON.stringify(account.simulated.state())).not.toMatch(/(?:4242 ?){3}/);
});

test("sends the buyer on after ten seconds when the webhook endpoint hangs", async () => {
  const { account, url } = await openPage();
  account.answerWebhooksWith(() => new Promise<Response>(() => {}));
  let isBack = false;
  const payment = send(account, url, TYPED).then((response) => {
    isBack = true;
    return response;
  });
  await new Promise((resolve) => setImmediate(resolve));
  await account.passTime(9_999);
  expect(isBack).toBe(false);
  await account.passTime(1);
  expect((await payment).status).toBe(303);
});

test.each([
  [{ email: "" }, "Your email is incomplete."],
  [{ email: "ada" }, "Your email is invalid."],
  [{ cardNumber: "4242" }, "Your card number is incomplete."],
  [{ cardNumber: "4242424242424241" }, "Your card number is invalid."],
  [{ cardExpiry: "" }, "Your card's expiration date is incomplete."],
  [{ cardExpiry: "13/30" }, "Your card's expiration date is invalid."],
  [{ cardExpiry: "10/26" }, "Your card's expiration date is in the past."],
  [{ cardExpiry: "12/25" }, "Your card's expiration year is in the past."],
  [{ cardCvc: "12" }, "Your card's security code is incomplete."],
  [{ billingName: " " }, "Your name is incomplete."],
])("explains and marks the wrong field: %o", async (change, message) => {
  const { account, id, url } = await openPage();
  const page = await (await send(account, url, { ...TYPED, ...change })).text();
  const [name] = Object.keys(change);
  expect(page.replaceAll("&#39;", "'")).toContain(message);
  expect(page).toContain(`aria-describedby="${name}-error"`);
  expect(page.match(/autofocus/g)).toHaveLength(1);
  expect(account.simulated.state().checkoutSessions[id]?.status).toBe("open");
  expect(account.simulated.state().paymentIntents).toEqual({});
});

test("shows a decline in the bank's words, keeps what was typed, and lets the next card pay", async () => {
  const { account, url } = await openPage();
  const declined = await send(account, url, { ...TYPED, cardNumber: "4000000000009995" });
  const page = await declined.text();
  expect(page).toContain('role="alert"');
  expect(page).toContain("Your card has insufficient funds.");
  expect(page).toContain('value="ada@example.com"');
  expect((await send(account, url, TYPED)).status).toBe(303);
});

test("fills in a test card with one click and keeps the email", async () => {
  const { account, id, url } = await openPage();
  const response = await send(account, url, { email: "ada@example.com", fill: "4000000000000002" });
  const page = await response.text();
  expect(page).toContain('value="4000 0000 0000 0002"');
  expect(page).toContain('value="ada@example.com"');
  expect(page).toContain('value="Jenny Rosen"');
  expect(account.simulated.state().checkoutSessions[id]?.status).toBe("open");
});

test("goes through 3-D Secure on a page of its own", async () => {
  const { account, id, url } = await openPage();
  const challenged = await send(account, url, { ...TYPED, cardNumber: "4000002760003184" });
  expect(challenged.headers.get("location")).toBe(`/c/pay/${id}/authenticate`);
  const bank = await (await send(account, `${url}/authenticate`)).text();
  expect(bank).toContain("Complete authentication");
  const refused = await (await send(account, `${url}/authenticate`, { answer: "fail" })).text();
  expect(refused).toContain("We are unable to authenticate your payment method.");
  await send(account, url, { ...TYPED, cardNumber: "4000002760003184" });
  const accepted = await send(account, `${url}/authenticate`, { answer: "complete" });
  expect(accepted.headers.get("location")).toContain("/success.html");
});

test("completes by bank debit and settles as chosen", async () => {
  const { account, id, url } = await openPage();
  const fields = { email: TYPED.email, billingName: "Ada", paymentMethod: "sepa_fails", action: "pay" };
  expect((await send(account, url, fields)).status).toBe(303);
  expect(account.simulated.state().checkoutSessions[id]).toMatchObject({
    status: "complete",
    payment_status: "unpaid",
  });
  await account.advance(8_000);
  expect(eventTypes(account).at(-1)).toBe("checkout.session.async_payment_failed");
});

test("pays and closes the tab: the webhook comes, the buyer does not", async () => {
  const { account, id, url } = await openPage();
  const response = await send(account, url, { ...TYPED, action: "pay_and_close" });
  expect(response.headers.get("location")).toBe(`/c/pay/${id}/closed`);
  expect(eventTypes(account)).toContain("checkout.session.completed");
  expect(await (await send(account, `${url}/closed`)).text()).toContain("You closed the tab");
});

test("closes the tab after 3-D Secure too", async () => {
  const { account, id, url } = await openPage();
  const challenge = { ...TYPED, cardNumber: "4000002500003155", action: "pay_and_close" };
  const bank = (await send(account, url, challenge)).headers.get("location") ?? "";
  const accepted = await send(account, `http://127.0.0.1:8888${bank}`, { answer: "complete" });
  expect(accepted.headers.get("location")).toBe(`/c/pay/${id}/closed`);
});

test("does not mention closed tabs or banks while nothing is paid", async () => {
  const { account, id, url } = await openPage();
  for (const step of ["closed", "authenticate"]) {
    expect((await send(account, `${url}/${step}`)).headers.get("location")).toBe(`/c/pay/${id}`);
  }
});

test("shows a receipt for every charge", async () => {
  const { account, id, url } = await openPage();
  await send(account, url, TYPED);
  const session = await account.stripe.checkout.sessions.retrieve(id, {
    expand: ["payment_intent.latest_charge"],
  });
  const { latest_charge: charge } = session.payment_intent as Stripe.PaymentIntent;
  const receipt = await send(account, (charge as Stripe.Charge).receipt_url ?? "");
  expect(await receipt.text()).toContain("€32.00");
});

test("charges once when Pay is pressed twice", async () => {
  const { account, url } = await openPage();
  const [first, second] = await Promise.all([send(account, url, TYPED), send(account, url, TYPED)]);
  expect(first.headers.get("location")).toBe(second.headers.get("location"));
  expect(Object.keys(account.simulated.state().charges)).toHaveLength(1);
});

test("explains a session that is paid, expired or unknown", async () => {
  const paid = await openPage();
  paid.account.simulated.buyer.pay(paid.id);
  expect(await (await send(paid.account, paid.url)).text()).toContain("You are all done here");
  const expired = await openPage();
  await expired.account.advance(86_400_000);
  const page = await (await send(expired.account, expired.url)).text();
  expect(page).toContain("This payment page has expired");
  expect(page).toContain("Nothing was charged");
  const unknown = await send(expired.account, "http://127.0.0.1:8888/c/pay/cs_test_x");
  expect(unknown.status).toBe(404);
});

test("F03: does not mention a payment for a free order, before or after it", async () => {
  const free = [{ name: "Sample", prices: [{ id: "price_free", amountMinor: 0, currency: "eur" }] }];
  const account = openAccount({ catalog: { products: free } });
  const { url } = await posterSession(account, { line_items: [{ price: "price_free", quantity: 1 }] });
  const page = await (await send(account, url ?? "")).text();
  expect(page).toContain("Order from <bdi>");
  expect(page).toContain("Complete order");
  const done = { email: "ada@example.com", action: "pay_and_close" };
  const closed = await send(account, url ?? "", done);
  const tab = await (
    await send(account, new URL(closed.headers.get("location") ?? "", url ?? "").href)
  ).text();
  const again = await (await send(account, url ?? "")).text();
  expect(again).toContain("This order is complete. There was nothing to pay.");
  for (const said of [page, tab, again]) expect(said).not.toMatch(/payment went through|already paid|Pay </);
});

test("F16: the page's rows, with discount, shipping and tax, add up to the amount due", async () => {
  const account = openAccount();
  const { id, url } = await posterSession(account, {
    line_items: [{ price: "price_poster_a2", quantity: 2 }],
    allow_promotion_codes: true,
    automatic_tax: { enabled: true },
    shipping_options: [
      {
        shipping_rate_data: {
          type: "fixed_amount",
          display_name: "Letter",
          fixed_amount: { amount: 490, currency: "eur" },
        },
      },
    ],
  });
  const choices = { card: "4000000000000002", percentOff: 10, tax: { percent: 10, inclusive: false } };
  account.simulated.buyer.pay(id, choices);
  const page = (await (await send(account, url ?? "")).text())
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
  expect(page).toContain(
    "€64.00 Subtotal €64.00 Discount -€6.40 Shipping €4.90 Tax €6.25 Total due today €68.75",
  );
  account.simulated.buyer.pay(id, { tax: { percent: 10, inclusive: true } });
  expect(await account.stripe.checkout.sessions.retrieve(id, { expand: ["line_items"] })).toMatchObject({
    amount_total: 6250,
    total_details: { amount_discount: 640, amount_shipping: 490, amount_tax: 569 },
    line_items: { data: [{ amount_subtotal: 6400, amount_discount: 640, amount_total: 5760 }] },
  });
});

test("F12: a right-to-left name stays whole in the page's sentences", async () => {
  const name = "ملصق المد (A2) 2026!";
  const price = { id: "price_rtl", amountMinor: 3200, currency: "eur", interval: "month" as const };
  const account = openAccount({ catalog: { products: [{ name, prices: [price] }] } });
  const { url } = await posterSession(account, {
    mode: "subscription",
    line_items: [{ price: "price_rtl", quantity: 2 }],
  });
  const page = await (await send(account, url ?? "")).text();
  expect(page).toContain(`Subscribe to <bdi>${name}</bdi>`);
  expect(page).toContain(`<span class="item-name"><bdi>${name}</bdi></span>`);
});

test("collects a shipping address when the shop asks for one", async () => {
  const { account, id, url } = await openPage({
    shipping_address_collection: { allowed_countries: ["DE", "FR"] },
  });
  expect(await (await send(account, url, TYPED)).text()).toContain("Your address is incomplete.");
  const address = {
    shippingName: "Ada Lovelace",
    shippingLine1: "Rue du Port 1",
    shippingPostalCode: "35400",
    shippingCity: "Saint-Malo",
    shippingCountry: "FR",
  };
  const abroad = await send(account, url, { ...TYPED, ...address, shippingCountry: "US" });
  expect(await abroad.text()).toContain("does not ship to that country");
  expect((await send(account, url, { ...TYPED, ...address })).status).toBe(303);
  const session = await account.stripe.checkout.sessions.retrieve(id);
  expect(session.collected_information?.shipping_details).toMatchObject({
    name: "Ada Lovelace",
    address: { city: "Saint-Malo", country: "FR", line2: null },
  });
});

test("describes a subscription as one", async () => {
  const { account, url } = await openPage({
    mode: "subscription",
    line_items: [{ price: "price_almanac_monthly", quantity: 1 }],
  });
  const page = await (await send(account, url)).text();
  expect(page).toContain("Subscribe to <bdi>The Monthly Almanac</bdi>");
  expect(page).toContain("€6.00 per month until you cancel.");
  expect(page).not.toContain("SEPA");
});

test("escapes whatever the shop and the buyer put in", async () => {
  const evil = `<img src=x onerror="alert(1)">`;
  const account = openAccount({
    catalog: {
      businessName: evil,
      products: [
        { name: evil, description: evil, prices: [{ id: "price_evil", amountMinor: 100, currency: "eur" }] },
      ],
    },
  });
  const session = await posterSession(account, { line_items: [{ price: "price_evil", quantity: 1 }] });
  const page = await (
    await send(account, session.url ?? "", { ...TYPED, email: evil, billingName: `"><b>` })
  ).text();
  expect(page).not.toContain("<img src=x");
  expect(page).not.toContain("<b>");
  expect(page).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;");
});

test.each([
  [3200, "eur", "€32.00"],
  [500, "jpy", "¥500"],
  [1500, "kwd", "KWD 1.500"],
  [123456, "usd", "$1,234.56"],
])("writes %i %s as %s", (amount, currency, expected) => {
  expect(formatAmount(amount, currency).replaceAll("\u00a0", " ")).toBe(expected);
});

test("passes on addresses that are not its own", async () => {
  const { account } = await openPage();
  expect(
    await account.simulated.handleHostedPage(new Request("http://127.0.0.1:8888/success.html")),
  ).toBeUndefined();
});
