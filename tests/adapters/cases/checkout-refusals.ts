import assert from "node:assert/strict";

import type { AdapterCase } from "../adapter-case.ts";
import { expectError } from "../expect-answer.ts";
import { buyWithForm, buyWithJson } from "../purchase.ts";

const POSTER = { price_id: "price_poster_a2" };

const BAD_QUANTITIES = [0, -1, 100, 1e9, 1.5, "2.0", null, [1], true];

/** Fields that a browser must not decide about, and attempts to reach an object's prototype. */
const FOREIGN_FIELDS = [
  '{"price_id":"price_poster_a2","amount":1}',
  '{"price_id":"price_poster_a2","currency":"usd"}',
  '{"price_id":"price_poster_a2","mode":"subscription"}',
  '{"price_id":"price_poster_a2","success_url":"https://evil.example/"}',
  '{"price_id":"price_poster_a2","__proto__":{"quantity":0}}',
  '{"price_id":"price_poster_a2","constructor":{}}',
  '{"price_id":["price_poster_a2"]}',
  '{"price_id":"price_poster_a2?expand[]=product"}',
  '{"price_id":"../prices"}',
  "[]",
  "null",
  '"price_poster_a2"',
];

/** What create-checkout-session must not sell. */
export const checkoutRefusalCases: readonly AdapterCase[] = [
  {
    name: "D19: create-checkout-session answers 400 to a form field given twice",
    async run(shop) {
      const response = await buyWithForm(shop, "price_id=price_ebook_tides&price_id=price_poster_a2");
      assert.equal(response.status, 400);
    },
  },
  {
    name: "D18: create-checkout-session answers 400 to broken JSON",
    async run(shop) {
      const bodies = ["", '{"price_id":NaN}', "{", "price_id=price_poster_a2"];
      for (const body of shop.choose(bodies)) {
        await expectError(await buyWithJson(shop, body), 400, "invalid_json");
      }
    },
  },
  {
    name: "D18: create-checkout-session answers 400 to JSON behind a byte order mark",
    async run(shop) {
      await expectError(await buyWithJson(shop, `\ufeff${JSON.stringify(POSTER)}`), 400, "invalid_json");
    },
  },
  {
    name: "D18: create-checkout-session answers 400 to text that is not UTF-8, and does not repair it",
    async run(shop) {
      const latin1 = Buffer.from('{"price_id":"price_\u00ff"}', "latin1");
      await expectError(await buyWithJson(shop, latin1), 400, "invalid_encoding");
    },
  },
  {
    name: "D18: create-checkout-session answers 413 to more than 8 KB",
    async run(shop) {
      const response = await buyWithJson(shop, JSON.stringify({ ...POSTER, padding: "x".repeat(9_000) }));
      await expectError(response, 413, "body_too_large");
    },
  },
  {
    name: "D09: create-checkout-session answers 415 to a content type that needs no preflight, and to a missing one",
    async run(shop) {
      const types = [
        "text/plain",
        undefined,
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "text/json",
      ];
      for (const type of shop.choose(types)) {
        const headers = type === undefined ? {} : { "Content-Type": type };
        const request = { method: "POST", headers, body: JSON.stringify(POSTER) };
        await expectError(await shop.send("create-checkout-session", request), 415, "unsupported_media_type");
      }
    },
  },
  {
    name: "B13: create-checkout-session answers 400 to a quantity that is not a whole number from 1 to 99",
    async run(shop) {
      for (const quantity of shop.choose(BAD_QUANTITIES)) {
        await expectError(await buyWithJson(shop, { ...POSTER, quantity }), 400, "invalid_quantity");
      }
    },
  },
  {
    name: "B13 D16: create-checkout-session answers 400 to fields that are not a buyer's to choose",
    async run(shop) {
      for (const body of shop.choose(FOREIGN_FIELDS))
        await expectError(await buyWithJson(shop, body), 400, "invalid_request");
    },
  },
  {
    name: "B13: create-checkout-session answers 400 to a price that is not in the catalog, and does not ask Stripe",
    async run(shop) {
      for (const price of shop.choose(["price_made_up", "a-lookup-key", "constructor"])) {
        await expectError(await buyWithJson(shop, { price_id: price }), 400, "unknown_price");
        assert.ok(!shop.stripe.calls().some(({ path }) => path.includes(price)), price);
      }
    },
  },
  {
    name: "B13: create-checkout-session answers 400 to a quantity above the limit in shop.config.ts, by either name of the price",
    async run(shop) {
      for (const price of shop.choose(["poster_a2", "price_poster_a2"])) {
        const response = await buyWithJson(shop, { price_id: price, quantity: 11 });
        await expectError(response, 400, "invalid_quantity");
      }
    },
  },
];
