import { afterEach, beforeEach, expect, test } from "vitest";

import { createApp, type App } from "../../../../core/app.ts";
import { NonRetriableError } from "../../../../core/retry/errors.ts";
import { createJsonLog } from "../../../../core/log/log.ts";
import { openForeignSession } from "../../../support/foreign-session.ts";
import { openAsBrowser } from "../../../support/purchase.ts";
import { siteOf } from "../../../support/test-site.ts";
import { ENVIRONMENT, openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop();
});
afterEach(() => shop.close());

/** Where orders are kept in Stripe: the record, Stripe's truth about it, the record as it now stands, and what was bought. */
const READS_PER_LOOK = 5;

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function ask(sessionId: string, headers: Record<string, string>, app = shop.app): Promise<Answer> {
  const address = `https://shop.example/api/order-status?session_id=${sessionId}`;
  const response = await app.orderStatus(new Request(address, { headers }));
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const retrievals = (sessionId: string): number =>
  shop.stripe.calls().filter((call) => call.method === "GET" && call.path.endsWith(sessionId)).length;

test("D01: an unfinished checkout is open, with a way back to it, and nothing is stored", async () => {
  const sessionId = await shop.openSession();
  const { status, body } = await shop.status(sessionId);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    state: "open",
    checkoutUrl: expect.stringContaining(sessionId),
    totalMinor: 3200,
  });
  expect(await shop.store.readControl(sessionId)).toBeUndefined();
});

test("an abandoned checkout is expired and offers no way back", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.account.expire(sessionId);
  const { body } = await shop.status(sessionId);
  expect(body).toMatchObject({ state: "expired" });
  expect(body).not.toHaveProperty("checkoutUrl");
});

test("A31: the page that the buyer waits at gets the order fulfilled without any webhook", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  expect((await shop.status(sessionId)).body).toMatchObject({
    state: "fulfilled",
    currency: "eur",
    totalMinor: 3200,
  });
  expect(shop.mails).toHaveLength(1);
});

test("A05: webhook and page at the same time fulfill once", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  await Promise.all([
    shop.notify(sessionId),
    shop.status(sessionId),
    shop.notify(sessionId),
    shop.status(sessionId),
  ]);
  expect((await shop.status(sessionId)).body).toMatchObject({ state: "fulfilled" });
  expect(shop.mails).toHaveLength(1);
  expect((await shop.store.readControl(sessionId))?.control.fence).toBe(1);
});

test("D03: anyone is told this and nothing else", async () => {
  const sessionId = await shop.openSession();
  expect((await shop.status(sessionId)).body).toMatchInlineSnapshot(
    { checkoutUrl: expect.any(String) },
    `
    {
      "checkoutUrl": Any<String>,
      "currency": "eur",
      "items": [
        {
          "amountMinor": 3200,
          "name": "Tide chart poster, A2",
          "quantity": 1,
        },
      ],
      "mode": "payment",
      "state": "open",
      "totalMinor": 3200,
    }
  `,
  );
  shop.stripe.buyer.pay(sessionId, { email: "canary@example.com", name: "Canary Name" });
  shop.clock.nowMs += 5_000;
  const { body } = await shop.status(sessionId);
  expect(body).toMatchInlineSnapshot(`
    {
      "currency": "eur",
      "items": [
        {
          "amountMinor": 3200,
          "name": "Tide chart poster, A2",
          "quantity": 1,
        },
      ],
      "mode": "payment",
      "state": "fulfilled",
      "totalMinor": 3200,
      "wayBack": {
        "kind": "mail",
        "to": "c…",
      },
    }
  `);
  expect(JSON.stringify(body)).not.toMatch(/canary/i);
});

test("F18: nothing is called a receipt before the payment arrives", async () => {
  const { sessionId, cookie } = await openAsBrowser(shop.app, "price_print_deposit");
  shop.stripe.buyer.pay(sessionId, { delayed: "fails" });
  shop.clock.nowMs += 5_000;
  const { body: waiting } = await ask(sessionId, { Cookie: cookie });
  expect(waiting).toMatchObject({ state: "awaiting_payment", personal: { email: expect.anything() } });
  expect(waiting["personal"]).not.toHaveProperty("receiptUrl");
  shop.stripe.account.settleDelayed(sessionId);
  await shop.notify(sessionId, "checkout.session.async_payment_failed");
  const { body: failed } = await ask(sessionId, { Cookie: cookie });
  expect(failed["state"]).toBe("payment_failed");
  expect(failed["personal"]).not.toHaveProperty("receiptUrl");
});

test("D03: the buyer is told this as well, and nothing else", async () => {
  const { sessionId, cookie } = await openAsBrowser(shop.app);
  expect((await ask(sessionId, { Cookie: cookie })).body).not.toHaveProperty("personal");
  shop.stripe.buyer.pay(sessionId, { email: "canary@example.com", name: "Canary Name" });
  shop.clock.nowMs += 5_000;
  const { body } = await ask(sessionId, { Cookie: cookie });
  expect(body["personal"]).toMatchInlineSnapshot(
    { receiptUrl: expect.stringMatching(/^https:/) },
    `
    {
      "deliveries": [],
      "email": "c…@example.com",
      "mailAgain": true,
      "receiptUrl": StringMatching /\\^https:/,
    }
  `,
  );
  expect(Object.keys(body).toSorted()).toMatchInlineSnapshot(`
    [
      "currency",
      "items",
      "mode",
      "personal",
      "state",
      "totalMinor",
    ]
  `);
  expect((await ask(sessionId, {})).body).not.toHaveProperty("personal");
});

test.for<[string, string]>([
  ["ada@example.com", "a…@example.com"],
  ["a@example.com", "…@example.com"],
  ['"a@b"@example.com', '"…@example.com'],
])("D03: the address %s is masked as %s", async ([email, masked]) => {
  const { sessionId, cookie } = await openAsBrowser(shop.app);
  shop.stripe.buyer.pay(sessionId, { email });
  expect((await ask(sessionId, { Cookie: cookie })).body).toMatchObject({ personal: { email: masked } });
});

test("D04: when SIGNING_SECRET is replaced, a cookie of the old one is valid as long as that one is listed", async () => {
  const [old, next] = ["o".repeat(32), "n".repeat(32)];
  const appWith = (signingSecret: string): App =>
    createApp({ ...ENVIRONMENT, SIGNING_SECRET: signingSecret }, siteOf(), {
      storage: shop.storage,
      fetch: shop.stripe.fetch,
      log: createJsonLog(() => undefined, Date.now),
    });
  const { sessionId, cookie } = await openAsBrowser(appWith(old));
  shop.stripe.buyer.pay(sessionId);
  const isBuyer = async (app: App): Promise<boolean> =>
    "personal" in (await ask(sessionId, { Cookie: cookie }, app)).body;
  expect(await isBuyer(appWith(old))).toBe(true);
  expect(await isBuyer(appWith(`${next},${old}`))).toBe(true);
  expect(await isBuyer(appWith(next))).toBe(false);
  expect(await isBuyer(shop.app)).toBe(false);
});

test("D03: a buyer who paid in their own currency reads both amounts, and no one else learns the currency", async () => {
  const { sessionId, cookie } = await openAsBrowser(shop.app);
  shop.stripe.buyer.pay(sessionId, { presentment: { currency: "jpy", amountMinor: 5_210 } });
  expect((await ask(sessionId, { Cookie: cookie })).body).toMatchObject({
    currency: "eur",
    totalMinor: 3200,
    personal: { presentment: { currency: "jpy", amountMinor: 5_210 } },
  });
  expect(JSON.stringify((await ask(sessionId, {})).body)).not.toMatch(/jpy|5210/i);
});

test("a slow payment is awaiting payment, then paid, and a failed one is failed", async () => {
  const first = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(first, { delayed: "succeeds" });
  expect((await shop.status(first)).body).toMatchObject({ state: "awaiting_payment" });
  shop.stripe.account.settleDelayed(first);
  shop.clock.nowMs += 5_000;
  expect((await shop.status(first)).body).toMatchObject({ state: "fulfilled" });

  const second = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(second, { delayed: "fails" });
  shop.stripe.account.settleDelayed(second);
  expect((await shop.status(second)).body).toMatchObject({ state: "payment_failed" });
});

test("D14: however many pages ask, Stripe is asked about an order once every 5 seconds", async () => {
  const sessionId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(sessionId, { delayed: "succeeds" });
  await shop.notify(sessionId);
  shop.clock.nowMs += 5_000;
  const before = retrievals(sessionId);
  for (let poll = 0; poll < 500; poll += 1) {
    expect((await shop.status(sessionId)).body).toMatchObject({ state: "awaiting_payment" });
    shop.clock.nowMs += 20;
  }
  expect(retrievals(sessionId) - before).toBeLessThanOrEqual(2);
});

test("a fulfilled order is answered from the store alone", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  await shop.notify(sessionId);
  const before = retrievals(sessionId);
  shop.clock.nowMs += 60_000;
  await shop.status(sessionId);
  expect(retrievals(sessionId)).toBe(before);
});

test("a page does not retry a failed step before it is due", async () => {
  let tries = 0;
  shop.close();
  shop = openTestShop({
    replace: {
      mailer: {
        send: () => {
          tries += 1;
          return Promise.reject(new Error("refused"));
        },
      },
    },
  });
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  await shop.notify(sessionId);
  for (let second = 0; second < 29; second += 1) {
    shop.clock.nowMs += 1_000;
    expect((await shop.status(sessionId)).body).toMatchObject({ state: "paid" });
  }
  expect(tries).toBe(1);
  shop.clock.nowMs += 1_000;
  await shop.status(sessionId);
  expect(tries).toBe(2);
});

test("D02, D19: unknown, malformed, foreign and doubled ids, and those of the other mode, get the same 404, byte for byte", async () => {
  const { cookie } = await openAsBrowser(shop.app);
  const foreign = await openForeignSession(shop.stripe);
  shop.stripe.buyer.pay(foreign);
  const answers = new Set<string>();
  for (const query of [
    "",
    `?session_id=${foreign}`,
    "?session_id=",
    "?session_id=cs_test_unknown000000",
    "?session_id=cs_live_unknown000000",
    "?session_id=../v1/events",
    "?session_id=cs_test_aaaaaaaaaaaa&session_id=cs_test_bbbbbbbbbbbb",
  ]) {
    for (const headers of [{}, { Cookie: cookie }, { Authorization: "Bearer a.b" }]) {
      const request = new Request(`https://shop.example/api/order-status${query}`, { headers });
      const response = await shop.app.orderStatus(request);
      const requestId = response.headers.get("x-request-id") ?? "missing";
      const text = (await response.text()).replace(requestId, "0".repeat(16));
      response.headers.set("x-request-id", "0".repeat(16));
      answers.add(JSON.stringify([response.status, text, [...response.headers]]));
    }
  }
  expect([...answers]).toHaveLength(1);
  expect([...answers][0]).toContain("We could not find this order.");
});

test("D02: an id of the other mode is refused without asking Stripe", async () => {
  expect((await shop.status("cs_live_unknown000000")).status).toBe(404);
  expect(shop.stripe.calls()).toEqual([]);
});

test("D02: a thousand guesses at ids cost a few calls to Stripe, and a buyer is let through meanwhile", async () => {
  const { sessionId, cookie } = await openAsBrowser(shop.app);
  shop.stripe.buyer.pay(sessionId);
  const before = shop.stripe.calls().length;
  const statuses = new Map<number, number>();
  for (let guess = 0; guess < 1_000; guess += 1) {
    const { status } = await shop.status(`cs_test_guess${String(guess).padStart(10, "0")}`);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    shop.clock.nowMs += 10;
  }
  // 40 at once and 2 each second, for 10 seconds.
  expect(shop.stripe.calls().length - before).toBeLessThanOrEqual(60);
  expect(new Set(statuses.keys())).toEqual(new Set([404, 503]));
  expect(await ask(sessionId, { Cookie: cookie })).toMatchObject({
    status: 200,
    body: { state: "fulfilled", personal: {} },
  });
});

test("D02: a refused caller is told to come back, and a known order is still shown", async () => {
  const known = await shop.openSession();
  shop.stripe.buyer.pay(known);
  await shop.notify(known);
  for (let guess = 0; guess < 50; guess += 1) await shop.status(`cs_test_guess${guess}0000000000`);
  const request = new Request("https://shop.example/api/order-status?session_id=cs_test_anotherguess");
  const response = await shop.app.orderStatus(request);
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "3"]);
  expect((await shop.status(known)).body).toMatchObject({ state: "fulfilled" });
});

test("while Stripe is down the page is told to ask again, never that the payment failed", async () => {
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  shop.stripe.faults.beforeApi = () => Response.error();
  const { status, body } = await shop.status(sessionId);
  expect(status).toBe(503);
  expect(body).toMatchObject({ error: { code: "try_again" } });
  shop.stripe.faults.beforeApi = undefined;
  expect((await shop.status(sessionId)).body).toMatchObject({ state: "fulfilled" });
});

test("while Stripe is down a known order is shown in its last known state", async () => {
  const sessionId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(sessionId, { delayed: "succeeds" });
  await shop.notify(sessionId);
  shop.clock.nowMs += 6_000;
  shop.stripe.faults.beforeApi = () => Response.error();
  expect(await shop.status(sessionId)).toMatchObject({ status: 200, body: { state: "awaiting_payment" } });
});

test.for<[state: string, act: (sessionId: string) => unknown]>([
  ["open", () => undefined],
  ["awaiting_payment", (id) => shop.stripe.buyer.pay(id, { delayed: "succeeds" })],
  ["fulfilled", (id) => shop.stripe.buyer.pay(id)],
])(
  "D14: with orders kept in Stripe, 500 polls of an order that is %s in 10 s cost two looks",
  async ([state, act]) => {
    shop.close();
    shop = openTestShop({ engine: "stripe" });
    const sessionId = await shop.openSession(
      state === "awaiting_payment" ? "price_print_deposit" : "price_poster_a2",
    );
    act(sessionId);
    if (state !== "open") await shop.notify(sessionId);
    const before = retrievals(sessionId);
    // Fifty pages at a time.
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => shop.status(sessionId)));
      for (const { body } of answers) expect(body).toMatchObject({ state });
      if (round === 0) expect(retrievals(sessionId) - before).toBeLessThanOrEqual(READS_PER_LOOK);
      shop.clock.nowMs += 990;
    }
    expect(retrievals(sessionId) - before).toBeLessThanOrEqual(2 * READS_PER_LOOK);
  },
);

test("E16: a record of a newer version of the shop is left alone, and the page keeps waiting", async () => {
  shop.close();
  shop = openTestShop({ engine: "stripe" });
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  await shop.notify(sessionId);
  const { metadata } = shop.stripe.state().checkoutSessions[sessionId] ?? {};
  if (!metadata) throw new Error("The session has no metadata.");
  const newer = (metadata["static_checkout_order"] ?? "").replace(/"v":[123]/, '"v":4');
  expect(newer).toContain('"v":4');
  metadata["static_checkout_order"] = newer;
  expect(await shop.status(sessionId)).toMatchObject({ status: 503, body: { error: { code: "try_again" } } });
  expect((await shop.notify(sessionId)).status).toBe(503);
  expect(shop.stripe.state().checkoutSessions[sessionId]?.metadata?.["static_checkout_order"]).toBe(newer);
});

test("D14: a look that fails is not cached", async () => {
  shop.close();
  shop = openTestShop({ engine: "stripe" });
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  shop.stripe.faults.beforeApi = () => Response.error();
  const polls = await Promise.all([shop.status(sessionId), shop.status(sessionId)]);
  expect(polls.map(({ status }) => status)).toEqual([503, 503]);
  shop.stripe.faults.beforeApi = undefined;
  expect((await shop.status(sessionId)).body).toMatchObject({ state: "fulfilled" });
});

test("D14: polling an unfinished checkout, or an id that does not exist, asks Stripe only once in a while", async () => {
  const sessionId = await shop.openSession();
  const before = shop.stripe.calls().length;
  for (let poll = 0; poll < 20; poll += 1) {
    await shop.status(sessionId);
    await shop.status("cs_test_doesnotexist00");
  }
  expect(shop.stripe.calls().length - before).toBe(2);
});

const DELIVERING = siteOf({
  prices: {
    price_poster_a2: { deliver: [{ kind: "text", name: "Words", text: "Hello" }] },
  },
  supportEmail: "help@shop.example",
});

async function wayBackOf(options: Parameters<typeof openTestShop>[0], email = "ada@example.com") {
  shop.close();
  shop = openTestShop(options);
  const { sessionId, cookie } = await openAsBrowser(shop.app);
  shop.stripe.buyer.pay(sessionId, { email });
  shop.clock.nowMs += 5_000;
  await shop.notify(sessionId);
  const { body } = await ask(sessionId, {});
  const own = (await ask(sessionId, { Cookie: cookie })).body as { personal?: Record<string, unknown> };
  return { sessionId, cookie, body, personal: own.personal ?? {} };
}

test.for<[string, string]>([
  ["ada@example.com", "a…"],
  ["a@example.com", "…"],
  ["Ωmega@example.com", "Ω…"],
])(
  "M10 D03: another browser learns that a mail went to %s, shown as %s, and no more of the address",
  async ([email, to]) => {
    const { body, personal } = await wayBackOf({ site: DELIVERING }, email);
    expect(body).toMatchObject({ state: "fulfilled", wayBack: { kind: "mail", to } });
    expect(body).not.toHaveProperty("personal");
    expect(JSON.stringify(body)).not.toMatch(/example\.com|da@|mega/);
    expect(personal).not.toHaveProperty("keepLink");
  },
);

test("M11: a shop without mail mentions none: it points to the browser that bought, or to the shop", async () => {
  const { body } = await wayBackOf({ site: DELIVERING, replace: { mailer: undefined } });
  expect(body).toMatchObject({ wayBack: { kind: "browser", supportEmail: "help@shop.example" } });
  const parcel = await wayBackOf({ replace: { mailer: undefined } });
  expect(parcel.body).not.toHaveProperty("wayBack");
});

test("M12: the browser that bought in a shop without mail gets a link to keep, which opens the order anywhere and is never renewed", async () => {
  const { sessionId, cookie, personal } = await wayBackOf({
    site: DELIVERING,
    replace: { mailer: undefined },
  });
  const { keepLink } = personal as { keepLink: { url: string; goodUntilMs: number } };
  const { hash, search, pathname } = new URL(keepLink.url);
  expect({ pathname, search }).toEqual({ pathname: "/success.html", search: "" });
  const token = new URLSearchParams(hash.slice(1)).get("token") ?? "";
  const bearer = { Authorization: `Bearer ${token}` };
  const opened = (await ask(sessionId, bearer)).body as { personal?: Record<string, unknown> };
  expect(opened.personal).toMatchObject({ deliveries: [{ kind: "text", text: "Hello" }] });
  expect(opened.personal).not.toHaveProperty("keepLink");

  // Long after the cookie has expired.
  shop.clock.nowMs += 364 * 24 * 3_600_000;
  expect((await ask(sessionId, { Cookie: cookie })).body).not.toHaveProperty("personal");
  expect((await ask(sessionId, bearer)).body).toHaveProperty("personal");
  shop.clock.nowMs += 3 * 24 * 3_600_000;
  expect((await ask(sessionId, bearer)).body).not.toHaveProperty("personal");
});

test("M13: the link to keep is revoked by a refund, and by a new SIGNING_SECRET without the old one", async () => {
  const { sessionId, personal } = await wayBackOf({ site: DELIVERING, replace: { mailer: undefined } });
  const { url } = personal["keepLink"] as { url: string };
  const token = new URLSearchParams(new URL(url).hash.slice(1)).get("token") ?? "";
  const bearer = { Authorization: `Bearer ${token}` };
  const renewed = openTestShop({
    site: DELIVERING,
    environment: { SIGNING_SECRET: "another-secret-of-32-characters-x" },
    replace: { mailer: undefined, storage: shop.storage, fetch: shop.stripe.fetch },
  });
  const request = new Request(`https://shop.example/api/order-status?session_id=${sessionId}`, {
    headers: bearer,
  });
  expect(await (await renewed.app.orderStatus(request)).json()).not.toHaveProperty("personal");
  renewed.close();

  const session = shop.stripe.state().checkoutSessions[sessionId];
  const refund = shop.stripe.account.refund(String(session?.payment_intent));
  await shop.notify(String(refund.charge), "charge.refunded");
  expect((await ask(sessionId, bearer)).body).toMatchObject({
    revoked: true,
    personal: { deliveries: [], revokedBecause: "refunded" },
  });
  expect((await ask(sessionId, {})).body).not.toHaveProperty("wayBack");
});

test("M14: a buyer whose mail is refused for good gets the link to keep, and other browsers are told of no mail", async () => {
  const refusal = new NonRetriableError("550 no such mailbox");
  const { body, personal } = await wayBackOf({
    site: DELIVERING,
    replace: { mailer: { send: () => Promise.reject(refusal) } },
  });
  expect(body).toMatchObject({ wayBack: { kind: "browser" } });
  expect(personal).toHaveProperty("keepLink");
});
