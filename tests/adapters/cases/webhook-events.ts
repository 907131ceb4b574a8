import assert from "node:assert/strict";

import type { AdapterCase } from "../adapter-case.ts";
import { expectAcknowledged, expectError, expectRetryAfter } from "../expect-answer.ts";
import {
  SHOP_ENVIRONMENT,
  WEBHOOK_SECRETS,
  type AdapterRequest,
  type ShopUnderTest,
} from "../shop-under-test.ts";
import { sign } from "../sign.ts";

const SNAPSHOT = {
  id: "evt_case",
  object: "event",
  type: "checkout.session.completed",
  livemode: false,
  data: { object: { id: "cs_test_nobodyKnowsThis0001", object: "checkout.session" } },
};

const THIN = {
  id: "evt_test_case",
  object: "v2.core.event",
  type: "v1.checkout.session.completed",
  livemode: false,
  related_object: {
    id: "cs_test_nobodyKnowsThis0001",
    type: "checkout.session",
    url: "/v1/checkout/sessions/x",
  },
};

const UNKNOWN_TYPES = [
  "customer.created",
  "product.created",
  "terminal.reader.action_failed",
  "made.up.in_2031",
];

export const webhookEventCases: readonly AdapterCase[] = [
  {
    name: "A24: webhook acknowledges and ignores types it does not know, snapshot and thin",
    async run(shop) {
      for (const type of shop.choose(UNKNOWN_TYPES)) {
        await expectAcknowledged(await deliver(shop, { ...SNAPSHOT, type }), "ignored_type");
        await expectAcknowledged(await deliver(shop, { ...THIN, type: `v1.${type}` }), "ignored_type");
      }
    },
  },
  {
    name: "B20: webhook acknowledges and ignores live events while the key is a test key",
    async run(shop) {
      await expectAcknowledged(await deliver(shop, { ...SNAPSHOT, livemode: true }), "ignored_mode");
      await expectAcknowledged(await deliver(shop, { ...THIN, livemode: true }), "ignored_mode");
    },
  },
  {
    name: "C12: webhook acknowledges and ignores events of connected accounts",
    async run(shop) {
      await expectAcknowledged(await deliver(shop, { ...SNAPSHOT, account: "acct_2" }), "ignored_account");
      await expectAcknowledged(await deliver(shop, { ...THIN, context: "acct_2" }), "ignored_account");
    },
  },
  {
    name: "A25: webhook acknowledges and ignores a session that another shop of the account sold",
    async run(shop) {
      const sessionId = await sellElsewhere(shop);
      shop.stripe.buyer.pay(sessionId);
      const webhook = await shop.stripe.webhook(sessionId, "checkout.session.completed");
      await expectAcknowledged(await shop.send("webhook", webhook), "ignored_not_ours");
      const status = await shop.send("order-status", { query: `session_id=${sessionId}` });
      await expectError(status, 404, "order_not_found");
    },
  },
  {
    name: "webhook asks Stripe to retry when the session does not exist for our key",
    async run(shop) {
      for (const event of [SNAPSHOT, THIN]) {
        const response = await deliver(shop, event);
        expectRetryAfter(response);
        await expectError(response, 503, "session_not_found");
      }
    },
  },
];

function deliver(shop: ShopUnderTest, event: object): Promise<Response> {
  const body = JSON.stringify(event, null, 2);
  const request: AdapterRequest = {
    method: "POST",
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "Stripe-Signature": sign(body, { secret: WEBHOOK_SECRETS.current }),
    },
    body,
  };
  return shop.send("webhook", request);
}

/** A session without this shop's marker. */
async function sellElsewhere({ stripe }: ShopUnderTest): Promise<string> {
  const response = await stripe.handleApi(
    new Request("https://api.stripe.com/v1/checkout/sessions", {
      method: "POST",
      headers: { Authorization: `Bearer ${SHOP_ENVIRONMENT.STRIPE_SECRET_KEY}` },
      body: new URLSearchParams({
        mode: "payment",
        success_url: "https://elsewhere.example/",
        "line_items[0][price]": "price_poster_a2",
        "line_items[0][quantity]": "1",
      }),
    }),
  );
  assert.equal(response.status, 200, await response.clone().text());
  const { id } = (await response.json()) as { id: string };
  return id;
}
