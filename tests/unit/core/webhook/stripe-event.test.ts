import { expect, test } from "vitest";

import { HttpError } from "../../../../core/http/http-error.ts";
import { parseStripeEvent } from "../../../../core/webhook/stripe-event.ts";

test("reads a snapshot event", () => {
  const event = {
    object: "event",
    id: "evt_1",
    type: "checkout.session.completed",
    livemode: false,
    created: 1_795_000_000,
    data: { object: { id: "cs_test_1", object: "checkout.session", metadata: { static_checkout: "1" } } },
  };
  expect(parseStripeEvent(JSON.stringify(event))).toEqual({
    id: "evt_1",
    type: "checkout.session.completed",
    createdMs: 1_795_000_000_000,
    livemode: false,
    objectId: "cs_test_1",
    account: undefined,
    metadata: { static_checkout: "1" },
  });
});

test.for([{}, { metadata: null }, { metadata: "1" }, { metadata: ["1"] }, { metadata: { key: 1 } }])(
  "an event whose object is like %j has no metadata, and is accepted",
  (object) => {
    const event = {
      object: "event",
      id: "evt_1",
      type: "checkout.session.completed",
      livemode: false,
      data: { object: { id: "cs_test_1", ...object } },
    };
    expect(parseStripeEvent(JSON.stringify(event))).toMatchObject({ objectId: "cs_test_1", metadata: null });
  },
);

test.for([undefined, null, "yesterday", { seconds: 1 }])("an event made at %j is accepted", (created) => {
  const event = { object: "event", id: "evt_1", type: "t", created, livemode: false, data: { object: {} } };
  expect(parseStripeEvent(JSON.stringify(event)).createdMs).toBeUndefined();
});

test("reads a thin notification and gives it the snapshot event's name", () => {
  const event = {
    object: "v2.core.event",
    id: "evt_2",
    type: "v1.checkout.session.completed",
    created: "2026-11-18T15:06:40.000Z",
    livemode: true,
    related_object: { id: "cs_live_1", type: "checkout.session", url: "/v1/checkout/sessions/cs_live_1" },
  };
  expect(parseStripeEvent(JSON.stringify(event))).toMatchObject({
    id: "evt_2",
    type: "checkout.session.completed",
    createdMs: Date.UTC(2026, 10, 18, 15, 6, 40),
    livemode: true,
    objectId: "cs_live_1",
  });
});

test("C12: keeps the account a Connect event belongs to", () => {
  const event = {
    object: "event",
    id: "evt_1",
    type: "x",
    livemode: false,
    account: "acct_9",
    data: { object: {} },
  };
  expect(parseStripeEvent(JSON.stringify(event)).account).toBe("acct_9");
});

test.for([
  "null",
  "[]",
  "1",
  '"x"',
  "{}",
  "{",
  "",
  '{"object":"event"}',
  '{"object":"event","id":1,"type":"x","livemode":false,"data":{"object":{}}}',
])("C02: the signed body %j is refused with 400", (body) => {
  const error = (() => {
    try {
      return parseStripeEvent(body);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(HttpError);
  expect((error as HttpError).status).toBe(400);
});

test.for(["", "../../v1/refunds", "cs_test_1?expand[]=customer", "cs test", "x".repeat(256)])(
  "D18: an event about an order with the id %j is refused, and one of another type is not",
  (id) => {
    const event = { object: "event", id: "evt_1", livemode: false, data: { object: { id } } };
    const read = (type: string) => parseStripeEvent(JSON.stringify({ ...event, type }));
    expect(() => read("checkout.session.completed")).toThrow(expect.objectContaining({ status: 400 }));
    expect(read("coupon.created").objectId).toBe(id);
  },
);
