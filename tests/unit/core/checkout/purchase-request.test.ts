import fc from "fast-check";
import { expect, test } from "vitest";

import { parseFormPurchase, parseJsonPurchase } from "../../../../core/checkout/purchase-request.ts";
import { HttpError } from "../../../../core/http/http-error.ts";

function codeOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof HttpError && error.status === 400) return error.code;
    throw error;
  }
  return "accepted";
}

test("accepts a price and a quantity", () => {
  expect(parseJsonPurchase('{"price_id":"price_1A","quantity":3}')).toEqual({
    price_id: "price_1A",
    quantity: 3,
  });
  expect(parseJsonPurchase('{"price_id":"price_1A"}')).toEqual({ price_id: "price_1A", quantity: 1 });
  expect(parseFormPurchase("price_id=price_1A&quantity=3")).toEqual({ price_id: "price_1A", quantity: 3 });
  expect(parseFormPurchase("price_id=price_1A")).toEqual({ price_id: "price_1A", quantity: 1 });
});

test.for(["-1", "0", "1.5", "1e9", "1000", '"1.0"', "null", "[]", "true"])(
  "B13: refuses the JSON quantity %s",
  (quantity) => {
    expect(codeOf(() => parseJsonPurchase(`{"price_id":"price_1A","quantity":${quantity}}`))).toBe(
      "invalid_quantity",
    );
  },
);

test.for(["-1", "0", "1.5", "1e1", "1000", "", " 1", "0x2", "１"])(
  "B13: refuses the form quantity %j",
  (quantity) => {
    const body = new URLSearchParams({ price_id: "price_1A", quantity }).toString();
    expect(codeOf(() => parseFormPurchase(body))).toBe("invalid_quantity");
  },
);

test.for(["amount", "currency", "unit_amount", "success_url", "mode", "line_items", "constructor"])(
  "B13: refuses the field %s, which is not the browser's to choose",
  (field) => {
    expect(codeOf(() => parseJsonPurchase(`{"price_id":"price_1A","${field}":"x"}`))).toBe("invalid_request");
    expect(codeOf(() => parseFormPurchase(`price_id=price_1A&${field}=x`))).toBe("invalid_request");
  },
);

test("D16: __proto__ is refused and pollutes nothing", () => {
  expect(codeOf(() => parseJsonPurchase('{"price_id":"price_1A","__proto__":{"x":1}}'))).toBe(
    "invalid_request",
  );
  expect(codeOf(() => parseFormPurchase("price_id=price_1A&__proto__=x"))).toBe("invalid_request");
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

test("D19: a form field given twice is refused", () => {
  expect(codeOf(() => parseFormPurchase("price_id=price_1A&price_id=price_2B"))).toBe("invalid_request");
});

test("D30: the price may be called priceId, in JSON and in a form; price_id wins", () => {
  const purchase = { price_id: "price_1A", quantity: 1 };
  for (const json of ['{"priceId":"price_1A"}', '{"priceId":"price_2B","price_id":"price_1A"}']) {
    expect(parseJsonPurchase(json)).toEqual(purchase);
  }
  for (const form of ["priceId=price_1A", "priceId=price_2B&price_id=price_1A"]) {
    expect(parseFormPurchase(form)).toEqual(purchase);
  }
});

test.for([
  { priceId: "price_2B", price_id: null },
  { priceId: "price_2B", price_id: "" },
  { priceId: 7 },
  { priceId: ["price_1A"] },
  { PriceId: "price_1A" },
  { priceId: "price_1A", amount: 1 },
  ["price_1A"],
])("D30: refuses %j", (body) => {
  expect(codeOf(() => parseJsonPurchase(JSON.stringify(body)))).toBe("invalid_request");
});

test("D30: a form that names its price twice under one name is refused", () => {
  expect(codeOf(() => parseFormPurchase("priceId=price_1A&priceId=price_1A"))).toBe("invalid_request");
});

test("D26: the fields that the script finds in a form mean the same in JSON", () => {
  const fields = { priceId: "price_1A", price_id: "price_l", quantity: "2", client_reference_id: "" };
  expect(parseJsonPurchase(JSON.stringify(fields))).toEqual({ price_id: "price_l", quantity: 2 });
  for (const quantity of ["", "-1", "1.5", "1e3", " 2"])
    expect(codeOf(() => parseJsonPurchase(JSON.stringify({ ...fields, quantity })))).toBe("invalid_quantity");
});

test("D29: spaces around a price in an attribute are ignored", () => {
  expect(parseFormPurchase("price_id=+price_1A%0A")).toEqual({ price_id: "price_1A", quantity: 1 });
  expect(parseJsonPurchase('{"price_id":" price_1A"}')).toEqual({ price_id: "price_1A", quantity: 1 });
  expect(codeOf(() => parseJsonPurchase('{"price_id":"price_1A price_2B"}'))).toBe("invalid_request");
});

test("D26: an empty reference in a form counts as none", () => {
  const form = "price_id=price_1A&client_reference_id=";
  expect(parseFormPurchase(form)).toEqual({ price_id: "price_1A", quantity: 1 });
});

test("B13: whatever a body holds, it is refused with 400 or asks for a well-formed price and a legal quantity", () => {
  const anyBody = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({ price_id: fc.anything(), quantity: fc.anything() })
      .map((body) => JSON.stringify(body) ?? "null"),
    fc
      .record({ price_id: fc.constant("price_1A"), quantity: fc.double() })
      .map((body) => JSON.stringify(body)),
  );
  fc.assert(
    fc.property(anyBody, (body) => {
      for (const parse of [parseJsonPurchase, parseFormPurchase]) {
        try {
          const purchase = parse(body);
          expect(purchase.price_id).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}$/);
          expect(
            Number.isInteger(purchase.quantity) && purchase.quantity >= 1 && purchase.quantity <= 999,
          ).toBe(true);
        } catch (error) {
          if (!(error instanceof HttpError)) throw error;
          expect(error.status).toBe(400);
        }
      }
    }),
    { numRuns: 1_000 },
  );
});
