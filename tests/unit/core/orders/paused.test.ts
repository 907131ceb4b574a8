import { afterEach, expect, test } from "vitest";

import { KEYS } from "../../../licenses/license-shop.ts";
import { openOwnersShop, OWNER, type OwnersShop } from "../../../support/owners-shop.ts";
import { openAsBrowser } from "../../../support/purchase.ts";

const MONTHLY = "price_almanac_monthly";
const DELIVER = [
  { kind: "license", product: "ebb" },
  { kind: "file", name: "The handbook", file: "private/the-tide-reader.epub" },
] as const;

let shop: OwnersShop;
afterEach(() => shop.close());

/** A subscription that brings a license key and a file; the owner's code records what it is asked to do. */
async function subscribe(engine: "memory" | "stripe" = "memory") {
  const ran: string[] = [];
  const note = (name: string) => async () => void ran.push(name);
  shop = openOwnersShop({
    engine,
    environment: { ...OWNER, LICENSE_PRIVATE_KEY: KEYS.first.secret },
    definition: {
      prices: { [MONTHLY]: { deliver: DELIVER } },
      onPaid: note("onPaid"),
      onRevoked: note("onRevoked"),
      onRestored: note("onRestored"),
    },
  });
  const { sessionId: orderId, cookie } = await openAsBrowser(shop.app, MONTHLY);
  shop.stripe.buyer.pay(orderId);
  const subscription = String(shop.stripe.state().checkoutSessions[orderId]?.subscription);
  return { ran, subscription, orderId, cookie, buyer: { orderId, cookie } };
}

/** What the browser that bought is told. */
async function pageOf({ orderId, cookie }: { orderId: string; cookie: string }) {
  // An instance caches what it saw for some seconds.
  shop.clock.nowMs += 6_000;
  const url = `https://shop.example/api/order-status?session_id=${orderId}`;
  const answer = (await (await shop.app.orderStatus(new Request(url, { headers: { cookie } }))).json()) as {
    state: string;
    revoked?: true;
    paused?: true;
    personal: { deliveries: { kind: string; key?: string; url?: string }[]; revokedBecause?: string };
  };
  const { deliveries, revokedBecause } = answer.personal;
  const find = (kind: string) => deliveries.find((delivery) => delivery.kind === kind);
  return { ...answer, revokedBecause, key: find("license")?.key, url: find("download")?.url };
}

async function licenseStatus(key: string | undefined): Promise<unknown> {
  shop.clock.nowMs += 31_000;
  const body = JSON.stringify({ key });
  const request = new Request("https://shop.example/api/license", { method: "POST", body });
  return ((await (await shop.app.license(request)).json()) as { status: string }).status;
}

async function download(url: string | undefined): Promise<{ status: number; text: string }> {
  const response = await shop.app.download(new Request(String(url), { headers: { accept: "text/html" } }));
  return { status: response.status, text: response.ok ? "" : await response.text() };
}

test.for(["memory", "stripe"] as const)(
  "G01: while a subscription is paused the page, downloads and keys are closed, and open again when it resumes (%s)",
  async (engine) => {
    const { buyer, subscription } = await subscribe(engine);
    await shop.deliverNew();
    const open = await pageOf(buyer);
    expect(await licenseStatus(open.key)).toBe("valid");
    expect((await download(open.url)).status).toBe(200);

    shop.stripe.account.pause(subscription);
    expect(new Set(await shop.deliverNew())).toEqual(new Set([200]));
    const closed = await pageOf(buyer);
    expect(closed).toMatchObject({ paused: true, revokedBecause: "subscription_paused" });
    expect([closed.revoked, closed.key, closed.url]).toEqual([undefined, undefined, undefined]);
    expect(await licenseStatus(open.key)).toBe("revoked");
    const refused = await download(open.url);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain(
      "The subscription is paused. Its downloads open again as soon as it resumes.",
    );

    shop.stripe.account.resume(subscription);
    await shop.deliverNew();
    expect((await pageOf(buyer)).paused).toBeUndefined();
    expect(await licenseStatus(open.key)).toBe("valid");
    expect((await download(open.url)).status).toBe(200);
  },
);

test("G01: the mail about an order is not sent again while its subscription is paused, and the buyer reads why", async () => {
  const { orderId, cookie, subscription } = await subscribe();
  await shop.deliverNew();
  shop.stripe.account.pause(subscription);
  await shop.deliverNew();
  const response = await shop.app.resendMail(
    new Request("https://shop.example/api/resend-mail", {
      method: "POST",
      headers: { cookie, "Content-Type": "application/json", Origin: "https://shop.example" },
      body: JSON.stringify({ session_id: orderId }),
    }),
  );
  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ error: { code: "subscription_paused" } });
  expect(shop.mails).toHaveLength(1);
});

test.for(["memory", "stripe"] as const)(
  "G02: an order paused before its delivery is delivered once it resumes, and Stripe is not asked to retry meanwhile (%s)",
  async (engine) => {
    const { buyer, ran, subscription } = await subscribe(engine);
    shop.stripe.account.pause(subscription);
    expect(new Set(await shop.deliverNew())).toEqual(new Set([200]));
    expect([shop.mails.length, ran]).toEqual([0, []]);
    expect(await pageOf(buyer)).toMatchObject({ state: "paid", paused: true });
    // The owner is told of both at once.
    expect(shop.notices.map(({ subject }) => subject)).toEqual([
      "[test] New order: €6.00",
      "[test] A subscription is paused",
    ]);

    shop.stripe.account.resume(subscription);
    await shop.deliverNew();
    expect([shop.mails.length, ran]).toEqual([1, ["onPaid"]]);
    expect((await pageOf(buyer)).state).toBe("fulfilled");
  },
);

test("G02: an order that ends while it is paused is never delivered", async () => {
  const { buyer, ran, subscription } = await subscribe();
  shop.stripe.account.pause(subscription);
  await shop.deliverNew();
  shop.stripe.account.cancelSubscription(subscription);
  await shop.deliverNew();
  expect(shop.mails).toEqual([]);
  expect(ran).toEqual(["onRevoked"]);
  expect(await pageOf(buyer)).toMatchObject({ state: "fulfilled", revoked: true });
});

test("G03: the owner is told of a pause and of its end; the owner's code is not asked to revoke anything", async () => {
  const { ran, subscription } = await subscribe();
  await shop.deliverNew();
  shop.stripe.account.pause(subscription);
  await shop.deliverNew();
  expect(shop.notices.at(-1)?.subject).toBe("[test] A subscription is paused");
  expect(shop.notices.at(-1)?.text).toContain("downloads and keys do not work until it resumes");
  expect(shop.events.at(-1)).toMatchObject({
    type: "order.paused",
    data: { paused: true, revoked: false, subscription: "paused" },
  });
  shop.stripe.account.resume(subscription);
  await shop.deliverNew();
  expect(shop.notices.at(-1)?.subject).toBe("[test] A subscription has resumed");
  expect(shop.events.map(({ type }) => type)).toEqual(["order.paid", "order.paused", "order.resumed"]);
  expect(shop.events.at(-1)?.data).toMatchObject({ paused: false, revoked: false });
  expect(ran).toEqual(["onPaid"]);
});

test("G03: a failed renewal that pauses the subscription is one message, which says why", async () => {
  const { subscription } = await subscribe();
  await shop.deliverNew();
  shop.stripe.account.failRenewal(subscription, { final: "paused" });
  await shop.deliverNew();
  expect(shop.notices.map(({ subject }) => subject)).toEqual([
    "[test] New order: €6.00",
    "[test] A subscription is paused",
  ]);
  expect(shop.notices.at(-1)?.text).toContain("Its last renewal could not be paid.");
});

test("G04: a trial that ended without a card is paused like any other subscription", async () => {
  const { buyer, subscription } = await subscribe();
  const trial = shop.stripe.state().subscriptions[subscription];
  if (trial === undefined) throw new Error("there is no subscription");
  trial.status = "trialing";
  await shop.deliverNew();
  expect((await pageOf(buyer)).key).toBeDefined();
  shop.stripe.account.pause(subscription, "trial_end_without_payment_method");
  await shop.deliverNew();
  expect(await pageOf(buyer)).toMatchObject({ paused: true, key: undefined });
});

test("G05: when the owner stops collecting, the subscription stays active and nothing closes", async () => {
  const { buyer, subscription } = await subscribe();
  await shop.deliverNew();
  shop.stripe.account.pauseCollection(subscription);
  expect(new Set(await shop.deliverNew())).toEqual(new Set([200]));
  const page = await pageOf(buyer);
  expect(page.paused).toBeUndefined();
  expect(page.key).toBeDefined();
  expect(shop.notices).toHaveLength(1);
});
