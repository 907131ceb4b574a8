import { afterEach, expect, test } from "vitest";

import type { Mail } from "../../../../core/mail/mailer.ts";
import type { OutgoingRequest } from "../../../../core/http/safe-post.ts";
import type { ShopDefinition } from "../../../../core/shop-definition/shop-definition.ts";
import { parseCatalog } from "../../../../simulator/catalog.ts";
import { purchase } from "../../../support/purchase.ts";
import { siteOf } from "../../../support/test-site.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

/** As the owner writes it: two posters of €32 go by letter for €4.90. */
const SHIPPING: ShopDefinition = {
  name: "Low Tide",
  checkout: {
    shipping: {
      countries: ["DE", "FR"],
      rates: [{ name: "Letter post", amountMinor: 490, currency: "eur" }],
    },
  },
};
const ADDRESS = {
  name: "Ada Lovelace",
  address: {
    line1: "Rue du Port 1",
    line2: null,
    postal_code: "35400",
    city: "Saint-Malo",
    state: null,
    country: "FR",
  },
};
const OWNER = {
  OWNER_EMAIL: "owner@shop.example",
  OWNER_WEBHOOK_URL: "https://chat.example/hook",
  ORDER_WEBHOOK_URL: "https://server.example/orders",
  ORDER_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, "k").toString("base64")}`,
};

type Pay = Parameters<TestShop["stripe"]["buyer"]["pay"]>[1];

let shop: TestShop | undefined;
afterEach(() => shop?.close());

/** Buys, and resolves to all that anyone is told about it. */
async function buy(
  definition: ShopDefinition,
  pay: Pay,
  {
    price = "price_poster_a2",
    quantity = 1,
    catalog,
    change,
  }: {
    price?: string;
    quantity?: number;
    catalog?: ReturnType<typeof parseCatalog>;
    /** A change that the real Stripe would make and the simulated one cannot. */
    change?: (shop: TestShop, orderId: string) => void;
  } = {},
) {
  const posts: OutgoingRequest[] = [];
  const mails: Mail[] = [];
  const opened = openTestShop({
    site: siteOf(definition, catalog?.products),
    ...(catalog && { catalog }),
    environment: OWNER,
    replace: {
      mailer: { send: async (mail) => void mails.push(mail) },
      post: async (request) => {
        posts.push(request);
        return { status: 200 };
      },
    },
  });
  shop = opened;
  const response = await opened.app.createCheckoutSession(purchase({ price_id: price, quantity }));
  const { url } = (await response.json()) as { url: string };
  const orderId = /cs_test_\w+/.exec(url)?.[0] ?? "";
  const [cookie = ""] = (response.headers.getSetCookie()[0] ?? "").split(";");
  opened.stripe.buyer.pay(orderId, pay);
  change?.(opened, orderId);
  expect((await opened.notify(orderId)).status).toBe(200);
  const page = await opened.app.orderStatus(
    new Request(`https://shop.example/api/order-status?session_id=${orderId}`, { headers: { cookie } }),
  );
  const bodyTo = (address: string) =>
    JSON.parse(posts.find(({ url: to }) => to.href === address)?.body ?? "{}") as Record<string, unknown>;
  return {
    orderId,
    mail: mails.find(({ recipient }) => recipient !== "owner"),
    notice: mails.find(({ recipient }) => recipient === "owner")?.text ?? "",
    chat: String(bodyTo(OWNER.OWNER_WEBHOOK_URL)["text"]),
    event: bodyTo(OWNER.ORDER_WEBHOOK_URL)["data"] as Record<string, unknown>,
    anybody: (await opened.status(orderId)).body,
    buyer: (await page.json()) as Record<string, unknown>,
    snapshot: await opened.store.readSnapshot(orderId),
  };
}

test("F02: two posters of €32, sent for €4.90, add up to €68.90 wherever they are read", async () => {
  const told = await buy(SHIPPING, { shipping: ADDRESS }, { quantity: 2 });
  expect(told.mail?.text).toContain(
    "  2 × Tide chart poster, A2  €64.00\n  Shipping  €4.90\n  Total  €68.90\n",
  );
  const html = (told.mail?.html ?? "").replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
  expect(html).toContain("2 × Tide chart poster, A2 €64.00 Shipping €4.90 Total €68.90");
  expect(told.mail?.text).toContain("We will send your order to the address that you gave.");
  for (const written of [told.notice, told.chat]) {
    expect(written).toContain("2 × Tide chart poster, A2  €64.00\nShipping  €4.90\nTotal  €68.90\n");
    expect(written).toContain("You have to ship it.");
  }
  const sums = { totalMinor: 6890, shippingMinor: 490, needsShipping: true };
  expect(told.event).toMatchObject({ ...sums, taxMinor: null, discountMinor: null, isTrial: false });
  expect(told.anybody).toMatchObject({ state: "fulfilled", ...sums, items: [{ amountMinor: 6400 }] });
  // Only the owner needs the address, and Stripe shows it.
  expect(JSON.stringify([told.anybody, told.buyer, told.event, told.chat])).not.toMatch(/Rue du Port|35400/);
});

test("F02: shipping costs no additional call to Stripe", async () => {
  await buy({}, {});
  const calls = shop?.stripe.calls().length;
  shop?.close();
  await buy(SHIPPING, { shipping: ADDRESS });
  expect(shop?.stripe.calls().length).toBe(calls);
});

test.for([
  ["a tax on top", { percent: 19, inclusive: false }, undefined, 7616, 583, 1309, undefined],
  ["a tax within", { percent: 19, inclusive: true }, undefined, 6400, 490, 1100, undefined],
  ["a code", undefined, 10, 5760, 490, undefined, 640],
  ["a code and a tax on top", { percent: 19, inclusive: false }, 10, 6854, 583, 1187, 640],
] as const)(
  "F01, F06: with %s the line and its shipping show what is paid for them",
  async ([, tax, percentOff, amountMinor, shippingMinor, taxMinor, discountMinor]) => {
    const definition: ShopDefinition = {
      checkout: { ...SHIPPING.checkout, promotionCodes: true, automaticTax: true },
    };
    const choices = { ...(tax && { tax }), ...(percentOff !== undefined && { percentOff }) };
    const told = await buy(definition, { shipping: ADDRESS, ...choices }, { quantity: 2 });
    const session = shop?.stripe.state().checkoutSessions[told.orderId];
    expect(session?.amount_total).toBe(amountMinor + shippingMinor);
    expect(told.event).toMatchObject({
      totalMinor: amountMinor + shippingMinor,
      items: [{ amountMinor }],
      shippingMinor,
      taxMinor: taxMinor ?? null,
      discountMinor: discountMinor ?? null,
    });
    expect(told.mail?.text).not.toContain("Adjustment");
    // Tax reveals where the buyer lives, so only the buyer sees it.
    expect(told.anybody).not.toHaveProperty("taxMinor");
    expect(told.anybody["discountMinor"]).toBe(discountMinor);
    expect((told.buyer["personal"] as Record<string, unknown>)["taxMinor"]).toBe(taxMinor);
  },
);

test("F03: a buyer who gets something free is not told that a payment has arrived", async () => {
  const catalog = parseCatalog({
    products: [{ name: "Free sample", prices: [{ id: "price_free", amountMinor: 0, currency: "eur" }] }],
  });
  const told = await buy({}, {}, { price: "price_free", catalog });
  expect(told.mail?.text).toContain("here is what you ordered. There was nothing to pay.");
  expect(`${told.mail?.text}${told.mail?.html}`).not.toMatch(/payment has arrived|you bought/i);
  expect(told.notice).toContain("Nothing has been paid, and nothing is due today.");
  expect(told.anybody).toMatchObject({ state: "fulfilled", totalMinor: 0 });
});

test("F04: a subscription that begins with a trial is announced as one, without a payment", async () => {
  const told = await buy(
    {},
    {},
    {
      price: "price_almanac_monthly",
      change({ stripe }, orderId) {
        const { subscriptions, checkoutSessions, checkoutIntents, lineItems } = stripe.state();
        const session = checkoutSessions[orderId];
        const subscription = subscriptions[checkoutIntents[orderId]?.subscription ?? ""];
        if (session === undefined || subscription === undefined) throw new Error("There is no subscription.");
        const trial_start = session.created + 60;
        Object.assign(subscription, { status: "trialing", trial_start, trial_end: trial_start + 1_209_600 });
        const nothing = { amount_subtotal: 0, amount_total: 0 };
        Object.assign(session, { payment_status: "no_payment_required", ...nothing });
        for (const line of lineItems[orderId] ?? []) Object.assign(line, nothing);
      },
    },
  );
  expect(told.mail?.html).toContain("Your trial has started");
  expect(told.mail?.text).toContain("thank you. Nothing has been charged yet.");
  expect(told.mail?.text).not.toContain("payment has arrived");
  expect(told.notice).toContain("The subscription begins with a trial.");
  expect(told.anybody).toMatchObject({ isTrial: true, totalMinor: 0 });
  expect(told.event).toMatchObject({ isTrial: true });
});

test("F04: a trial that the owner grants months later does not change how the order began", async () => {
  const told = await buy(
    {},
    {},
    {
      price: "price_almanac_monthly",
      change({ stripe }, orderId) {
        const { subscriptions, checkoutSessions, checkoutIntents } = stripe.state();
        const subscription = subscriptions[checkoutIntents[orderId]?.subscription ?? ""];
        const trial_start = (checkoutSessions[orderId]?.created ?? 0) + 90 * 86_400;
        Object.assign(subscription ?? {}, { trial_start });
      },
    },
  );
  expect(told.snapshot).not.toHaveProperty("isTrial");
  expect(told.mail?.text).toContain("Your first payment has arrived.");
});

test("F12: a right-to-left name stays whole in what the owner is told", async () => {
  const catalog = parseCatalog({
    products: [
      {
        name: "ملصق المد والجزر (A2) 2026!",
        prices: [{ id: "price_rtl", amountMinor: 3200, currency: "eur" }],
      },
    ],
  });
  const told = await buy(SHIPPING, { shipping: ADDRESS }, { price: "price_rtl", quantity: 2, catalog });
  for (const written of [told.mail?.text ?? "", told.notice, told.chat])
    expect(written).toContain("2 × \u2068ملصق المد والجزر (A2) 2026!\u2069  €64.00\n");
  expect(told.mail?.html).toContain('<span dir="auto">ملصق المد والجزر (A2) 2026!</span>');
  expect(told.anybody["items"]).toMatchObject([{ name: "ملصق المد والجزر (A2) 2026!" }]);
});
