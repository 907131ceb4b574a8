import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import type { AdapterCase } from "../adapter-case.ts";
import { expectAcknowledged, expectError, expectRetryAfter } from "../expect-answer.ts";
import { openedSession, openSession } from "../purchase.ts";
import { BUYER, type ShopUnderTest } from "../shop-under-test.ts";

/** One order from the click to the end. Only these cases are worth running on another store, too. */
export const orderCases: readonly AdapterCase[] = [
  {
    name: "D03: a new checkout is open, and its status leads back to it",
    async run(shop) {
      const sessionId = await openSession(shop, "price_poster_a2", 2);
      const open = await statusOf(shop, sessionId);
      assert.equal(open["state"], "open");
      assert.equal(openedSession(shop, String(open["checkoutUrl"])).id, sessionId);
    },
  },
  {
    name: "D03: an order goes through payment to fulfilled, and its status tells items and total only",
    async run(shop) {
      const sessionId = await openSession(shop, "price_poster_a2", 2);
      shop.stripe.buyer.pay(sessionId, BUYER);
      await expectAcknowledged(await deliver(shop, sessionId, "completed"), "fulfilled");
      assert.deepEqual(await statusOf(shop, sessionId), {
        state: "fulfilled",
        mode: "payment",
        items: [{ name: "Tide chart poster, A2", quantity: 2, amountMinor: 6400 }],
        currency: "eur",
        totalMinor: 6890,
        shippingMinor: 490,
        needsShipping: true,
      });
    },
  },
  {
    name: "A01 C07: a repeated webhook is acknowledged and changes nothing",
    async run(shop) {
      const sessionId = await paidSession(shop, "price_ebook_tides");
      await expectAcknowledged(await deliver(shop, sessionId, "completed"), "fulfilled");
      const before = JSON.stringify(shop.stripe.state().checkoutSessions[sessionId]);
      await expectAcknowledged(await deliver(shop, sessionId, "completed"), "fulfilled");
      await expectAcknowledged(await deliver(shop, sessionId, "completed", "thin"), "fulfilled");
      assert.equal(JSON.stringify(shop.stripe.state().checkoutSessions[sessionId]), before);
    },
  },
  {
    name: "A02: eight copies of one webhook at once all end in one fulfilled order",
    async run(shop) {
      const sessionId = await paidSession(shop, "price_app_license");
      const copies = Array.from({ length: 8 }, () => deliver(shop, sessionId, "completed"));
      const answers = await Promise.all(copies);
      for (const { status } of answers) assert.ok(status === 200 || status === 503, `${status}`);
      if (answers.every(({ status }) => status === 503)) await deliverAgain(shop, sessionId, answers);
      assert.equal((await statusOf(shop, sessionId))["state"], "fulfilled");
    },
  },
  {
    name: "a thin notification fulfills an order like a snapshot event",
    async run(shop) {
      const sessionId = await paidSession(shop, "price_ebook_tides");
      await expectAcknowledged(await deliver(shop, sessionId, "completed", "thin"), "fulfilled");
    },
  },
  {
    name: "a subscription is fulfilled and its status says that it is one",
    async run(shop) {
      const sessionId = await paidSession(shop, "price_almanac_monthly");
      await expectAcknowledged(await deliver(shop, sessionId, "completed"), "fulfilled");
      assert.equal((await statusOf(shop, sessionId))["mode"], "subscription");
    },
  },
  {
    name: "B01 A03: a bank debit waits, and is fulfilled when the bank has paid",
    async run(shop) {
      const sessionId = await openSession(shop, "price_print_deposit");
      shop.stripe.buyer.pay(sessionId, { delayed: "succeeds" });
      await expectAcknowledged(await deliver(shop, sessionId, "completed"), "awaiting_payment");
      shop.stripe.account.settleDelayed(sessionId);
      await expectAcknowledged(await deliver(shop, sessionId, "async_payment_succeeded"), "fulfilled");
      assert.equal((await statusOf(shop, sessionId))["state"], "fulfilled");
    },
  },
  {
    name: "B01: the status says so while a bank debit is pending",
    async run(shop) {
      const sessionId = await openSession(shop, "price_print_deposit");
      shop.stripe.buyer.pay(sessionId, { delayed: "succeeds" });
      await expectAcknowledged(await deliver(shop, sessionId, "completed"), "awaiting_payment");
      assert.equal((await statusOf(shop, sessionId))["state"], "awaiting_payment");
    },
  },
  {
    name: "B02: a bank debit that fails ends as a failed payment",
    async run(shop) {
      const sessionId = await openSession(shop, "price_print_deposit");
      shop.stripe.buyer.pay(sessionId, { delayed: "fails" });
      await expectAcknowledged(await deliver(shop, sessionId, "completed"), "awaiting_payment");
      shop.stripe.account.settleDelayed(sessionId);
      await expectAcknowledged(await deliver(shop, sessionId, "async_payment_failed"), "payment_failed");
      assert.equal((await statusOf(shop, sessionId))["state"], "payment_failed");
    },
  },
  {
    name: "B22: an expired session is not an order, and its status says expired",
    async run(shop) {
      const sessionId = await openSession(shop, "price_poster_a2");
      shop.stripe.account.expire(sessionId);
      await expectAcknowledged(await deliver(shop, sessionId, "expired"), "abandoned");
      const status = await statusOf(shop, sessionId);
      assert.equal(status["state"], "expired");
      assert.equal(status["checkoutUrl"], undefined);
    },
  },
  {
    name: "D01: an unpaid session is never reported as paid, whatever the address bar says",
    async run(shop) {
      const sessionId = await openSession(shop, "price_app_license");
      shop.stripe.buyer.pay(sessionId, { card: "4000000000000002" });
      assert.equal(
        (await statusOf(shop, sessionId, "&state=fulfilled&payment_status=paid"))["state"],
        "open",
      );
    },
  },
  {
    name: "D02 D19: order-status answers the same 404 to unknown, malformed, missing and repeated ids",
    async run(shop) {
      const known = await openSession(shop, "price_poster_a2");
      const queries = [
        "session_id=cs_test_nobodyKnowsThis0001",
        `session_id=${known}&session_id=${known}`,
        undefined,
        "",
        "session_id=",
        "session_id=cs_live_nobodyKnowsThis0001",
        "session_id=%7BCHECKOUT_SESSION_ID%7D",
        "session_id=pi_3Q0000000000000000000000",
        "session_id=../customers",
        "session_id=cs_test_%00",
        `session_id=cs_test_${"a".repeat(2_000)}`,
        `session_id[]=${known}`,
        `SESSION_ID=${known}`,
      ];
      const answers = new Set<string>();
      for (const query of shop.choose(queries)) {
        const response = await shop.send("order-status", query === undefined ? {} : { query });
        answers.add((await response.clone().text()).replace(/"requestId":"[^"]*"/, ""));
        await expectError(response, 404, "order_not_found");
      }
      assert.equal(answers.size, 1, [...answers].join("\n"));
    },
  },
  {
    name: "D02: order-status answers 404 to an id that is not UTF-8",
    async run(shop) {
      const response = await shop.send("order-status", { query: "session_id=cs_test_0123456789%ff" });
      await expectError(response, 404, "order_not_found");
    },
  },
  {
    name: "A26 A15: while Stripe is down webhook and order-status answer 503, and the next delivery completes the order",
    async run(shop) {
      const sessionId = await paidSession(shop, "price_poster_a2");
      shop.stripe.faults.beforeApi = () => Response.json({ error: { type: "api_error" } }, { status: 500 });
      try {
        const webhook = await deliver(shop, sessionId, "completed");
        expectRetryAfter(webhook);
        await expectError(webhook, 503, "dependency_failed");
        const status = await shop.send("order-status", { query: `session_id=${sessionId}` });
        expectRetryAfter(status);
        await expectError(status, 503, "try_again");
      } finally {
        shop.stripe.faults.beforeApi = undefined;
      }
      await expectAcknowledged(await deliver(shop, sessionId, "completed"), "fulfilled");
    },
  },
  {
    name: "A26 I7: a gateway's 503 in JSON, without Stripe's error object, is never taken for an answer about the order",
    async run(shop) {
      const sessionId = await paidSession(shop, "price_poster_a2");
      shop.stripe.faults.beforeApi = () => Response.json({ message: "Service Unavailable" }, { status: 503 });
      try {
        await expectError(await deliver(shop, sessionId, "completed"), 503, "dependency_failed");
        const status = await shop.send("order-status", { query: `session_id=${sessionId}` });
        await expectError(status, 503, "try_again");
      } finally {
        shop.stripe.faults.beforeApi = undefined;
      }
    },
  },
];

async function paidSession(shop: ShopUnderTest, priceId: string): Promise<string> {
  const sessionId = await openSession(shop, priceId);
  shop.stripe.buyer.pay(sessionId, BUYER);
  return sessionId;
}

async function deliver(
  shop: ShopUnderTest,
  sessionId: string,
  what: "completed" | "expired" | "async_payment_succeeded" | "async_payment_failed",
  format: "snapshot" | "thin" = "snapshot",
): Promise<Response> {
  return shop.send("webhook", await shop.stripe.webhook(sessionId, `checkout.session.${what}`, format));
}

async function statusOf(shop: ShopUnderTest, sessionId: string, more = ""): Promise<Record<string, unknown>> {
  const response = await shop.send("order-status", { query: `session_id=${sessionId}${more}` });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as Record<string, unknown>;
}

const OUT_OF_TIME = ["out_of_time", "dependency_failed"];

/**
 * On a very slow machine the copy that holds the order may run out of time. Then, and only then, no copy has to succeed: Stripe
 * delivers again.
 */
async function deliverAgain(
  shop: ShopUnderTest,
  sessionId: string,
  refusals: readonly Response[],
): Promise<void> {
  const codes = await Promise.all(refusals.map(codeOf));
  const hasRunOut = codes.some((code) => OUT_OF_TIME.includes(code));
  assert.ok(hasRunOut, `no copy succeeded, and none ran out of time: ${codes.join(", ")}`);
  for (let again = 0; again < 12; again += 1) {
    await sleep(5_000);
    if ((await deliver(shop, sessionId, "completed")).status === 200) return;
  }
}

async function codeOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { code: string } };
  return error.code;
}
