import fc from "fast-check";

import catalog from "../../simulator/catalog.json" with { type: "json" };
import { headerText, oddText } from "./requests.ts";

export interface CreationRequest {
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer>;
}

export const CATALOG_PRICES: readonly string[] = catalog.products.flatMap(({ prices }) =>
  prices.map(({ id }) => id),
);

const price = fc.constantFrom(...CATALOG_PRICES);
const oddPrice = fc.oneof(
  fc.constantFrom(
    "price_made_up",
    "price_",
    "prod_1",
    "price_poster_a2 ",
    "PRICE_POSTER_A2",
    "price_poster_a2\0",
    "../prices",
    "price_poster_a2?expand[]=product",
    "price_poster_a2/../price_x",
    "",
    "toString",
    "__proto__",
  ),
  oddText(20).map((text) => `price_${text}`),
  fc.constantFrom(null, 1, true, [], {}, ["price_poster_a2"], { price: "price_poster_a2" }),
);
const quantity = fc.integer({ min: 1, max: 99 });
const oddQuantity = fc.oneof(
  fc.integer({ min: -5, max: 200 }),
  fc.double(),
  fc.constantFrom(0, -1, 100, 1e9, 2 ** 53, -0, 1.5, "2", "1e1", "0x2", " 1", "１", null, true, [1], {
    valueOf: 1,
  }),
);
const extra = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      "amount",
      "currency",
      "mode",
      "success_url",
      "unit_amount",
      "discounts",
      "metadata",
      "__proto__",
      "constructor",
      "prototype",
      "price",
      "quantity[]",
      "line_items",
    ),
    oddText(10),
  ),
  fc.oneof(
    fc.constantFrom(1, "https://evil.example/", "subscription", { polluted: true }),
    fc.jsonValue({ maxDepth: 2 }),
    oddText(8),
  ),
  { maxKeys: 2 },
);
const reference = fc.oneof(
  fc.constantFrom("spring-2031", "a".repeat(200), "a".repeat(201), "", "a b"),
  oddText(12),
);

const purchase = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      { price_id: price, quantity, client_reference_id: fc.constantFrom("a", "b_1") },
      { requiredKeys: ["price_id"] },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        price_id: fc.oneof(price, oddPrice),
        quantity: fc.oneof(quantity, oddQuantity),
        client_reference_id: reference,
      },
      { requiredKeys: [] },
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.record({ price_id: price, quantity }, { requiredKeys: ["price_id"] }), extra)
      .map(([right, more]) => ({ ...right, ...more })),
  },
);

/** JSON text in which `__proto__` is an ordinary key and a key may occur twice. */
const json = fc.oneof(
  { weight: 12, arbitrary: purchase.map((body) => JSON.stringify(body)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.array(
          fc.tuple(
            fc.constantFrom("price_id", "quantity", "__proto__", "constructor"),
            fc.oneof(price, quantity, oddQuantity, fc.jsonValue()),
          ),
          { maxLength: 4 },
        ),
      )
      .map(
        ([pairs]) =>
          `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? "NaN"}`).join(",")}}`,
      ),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: oddText(60) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "null",
      "[]",
      "[".repeat(8_000),
      '{"price_id":'.repeat(600),
      "\ufeff{}",
      "NaN",
    ),
  },
);

const field = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("price_id", "quantity") },
  { weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor", "amount", "price_id[]") },
);
const fieldValue = fc.oneof(price, quantity.map(String), oddText(8), oddQuantity.map(String));

const form = fc.oneof(
  fc.tuple(price, quantity).map(([id, count]) => `price_id=${id}&quantity=${count}`),
  fc
    .array(fc.tuple(field, fieldValue), { maxLength: 3 })
    .map((pairs) => new URLSearchParams(pairs).toString()),
);

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Uint8Array.from(array));

/** A valid body with one byte changed, or cut off. */
const bent = fc.tuple(json, fc.nat(), fc.nat({ max: 255 })).map(([text, at, value]) => {
  const changed = Uint8Array.from(Buffer.from(text));
  if (changed.length > 0) changed[at % changed.length] = value;
  return changed;
});

const headers = fc.record(
  {
    "Idempotency-Key": fc.oneof(
      { weight: 9, arbitrary: fc.uuid() },
      { weight: 1, arbitrary: headerText(30) },
    ),
    "Content-Encoding": fc.constantFrom("gzip", "br", "identity"),
    "X-Forwarded-Host": fc.constantFrom("evil.example", "evil.example, shop.example"),
  },
  { requiredKeys: [] },
);

const contentType = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("application/json", "application/json; charset=utf-8") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "Application/JSON",
      "application/json;charset=latin1",
      "text/plain",
      "multipart/form-data; boundary=x",
      "application/x-www-form-urlencoded",
    ),
  },
  { weight: 1, arbitrary: headerText(20) },
);

export const creationRequests: fc.Arbitrary<CreationRequest> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        contentType,
        headers,
        fc.oneof(
          { weight: 6, arbitrary: json },
          { weight: 1, arbitrary: bytes },
          { weight: 1, arbitrary: bent },
        ),
      )
      .map(([type, more, body]) => ({ headers: { ...more, "Content-Type": type }, body })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(headers, fc.oneof({ weight: 6, arbitrary: form }, { weight: 1, arbitrary: bytes }))
      .map(([more, body]) => ({
        headers: { ...more, "Content-Type": "application/x-www-form-urlencoded" },
        body,
      })),
  },
);
