import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";

import type { AdapterCase } from "../adapter-case.ts";
import { expectAcknowledged, expectError } from "../expect-answer.ts";
import { WEBHOOK_SECRETS, type AdapterRequest, type ShopUnderTest } from "../shop-under-test.ts";
import { sign } from "../sign.ts";

const SECRET = WEBHOOK_SECRETS.current;

/** An event of a type that the shop ignores, so that only the bytes decide the answer. */
const EVENT = {
  id: "evt_bytes",
  object: "event",
  type: "product.updated",
  livemode: false,
  data: { object: { id: "prod_1", name: "Tide chart 🌊" } },
};

/** Texts that change when anything on the way decodes, parses or normalizes them. */
const BODIES: readonly { what: string; body: string }[] = [
  { what: "emoji and other astral characters", body: withName("🌊👩‍🚀𝔗 and a flag 🇮🇸") },
  { what: "CRLF line ends", body: JSON.stringify(EVENT, null, 2).replaceAll("\n", "\r\n") },
  { what: "odd whitespace around and inside", body: ` \t\r\n${JSON.stringify(EVENT, null, "\t")}\n \n` },
  { what: "composed and decomposed accents", body: withName("caf\u00e9 cafe\u0301 \u212b \ufb01") },
  {
    what: "escapes that could be written otherwise",
    body: withName("@").replace("@", "\\u00e9\\/\\ud83c\\udf0a\\u0000"),
  },
  { what: "line and paragraph separators", body: withName("a\u2028b\u2029c\u0085d\ufeffe") },
  { what: "percent signs and plus signs", body: withName("100%25+%E2%82%AC&a=b") },
  {
    what: "duplicate keys and long numbers",
    body: JSON.stringify(EVENT).replace("{", '{"n":1.0,"n":12345678901234567890,'),
  },
  { what: "nearly a megabyte", body: withName("🌊".repeat(250_000)) },
];

const CONTENT_TYPES: readonly (string | undefined)[] = [
  "application/json",
  "text/plain",
  "application/octet-stream",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=tide",
  "application/json; charset=iso-8859-1",
  undefined,
];

/** Not UTF-8: a lone continuation byte, an overlong slash, half an emoji. */
const BROKEN_UTF8 = [[0x80], [0xc0, 0xaf], [0xf0, 0x9f, 0x8c]];

export const webhookByteCases: readonly AdapterCase[] = [
  ...BODIES.map(
    ({ what, body }) =>
      ({
        name: `C01: webhook verifies the exact bytes of ${what}`,
        run: async (shop) => expectAcknowledged(await shop.send("webhook", signed(body)), "ignored_type"),
      }) satisfies AdapterCase,
  ),

  ...CONTENT_TYPES.map(
    (contentType) =>
      ({
        name: `C01: webhook verifies the exact bytes sent as ${contentType ?? "no content type"}`,
        run: async (shop) => {
          const body = withName("🌊\r\n&a=b+c%20");
          const headers = {
            "Stripe-Signature": sign(body, { secret: SECRET }),
            ...(contentType !== undefined && { "Content-Type": contentType }),
          };
          await expectAcknowledged(
            await shop.send("webhook", { method: "POST", headers, body }),
            "ignored_type",
          );
        },
      }) satisfies AdapterCase,
  ),

  {
    name: "C01: webhook reassembles a body that comes in pieces, cut inside a character",
    async run(shop) {
      for (const padding of shop.choose(["", "a", "ab", "abc"])) {
        const response = await shop.send("webhook", {
          ...signed(withName(`${padding}${"🌊".repeat(60)}`)),
          chunked: true,
        });
        await expectAcknowledged(response, "ignored_type");
      }
    },
  },
  {
    name: "C01: webhook answers 400 when one byte is flipped, wherever it is",
    async run(shop) {
      const text = JSON.stringify(EVENT, null, 2).replaceAll("\n", "\r\n");
      const bytes = Buffer.from(text);
      const emoji = bytes.indexOf(Buffer.from("🌊")) + 3;
      const positions = [emoji, bytes.indexOf("\r"), 0, 1, bytes.length - 1];
      for (const position of shop.choose(positions)) {
        const flipped = Buffer.from(bytes);
        // The lowest bit, so that UTF-8 stays UTF-8.
        flipped[position] = bytes.readUInt8(position) ^ 1;
        await refuses(shop, { ...signed(text), body: flipped }, "invalid_signature");
      }
    },
  },
  {
    name: "C01: webhook answers 400 when bytes are missing or added at an end",
    async run(shop) {
      const text = `${JSON.stringify(EVENT)}\n`;
      const bodies = [text.trimEnd(), `${text}\n`, ` ${text}`, text.replace("\n", "\r\n")];
      for (const body of shop.choose(bodies)) {
        await refuses(shop, { ...signed(text), body }, "invalid_signature");
      }
    },
  },
  {
    name: "C01: webhook does not remove a byte order mark",
    async run(shop) {
      const text = JSON.stringify(EVENT);
      await refuses(shop, { ...signed(text), body: `\ufeff${text}` }, "invalid_signature");
      await refuses(shop, signed(`\ufeff${text}`), "invalid_event");
    },
  },
  {
    name: "C01: webhook answers 400 to a signed body that is not UTF-8, and does not repair it",
    async run(shop) {
      for (const broken of shop.choose(BROKEN_UTF8)) {
        const [before = "", after = ""] = withName("@").split("@");
        const body = Buffer.concat([Buffer.from(before), Buffer.from(broken), Buffer.from(after)]);
        await refuses(shop, signed(body), "invalid_encoding");
      }
    },
  },
  {
    name: "C01: webhook does not inflate a gzipped body whose text was signed",
    async run(shop) {
      const text = JSON.stringify(EVENT);
      const { headers } = signed(text);
      const request = {
        method: "POST",
        headers: { ...headers, "Content-Encoding": "gzip" },
        body: gzipSync(text),
      };
      await refuses(shop, request, "invalid_encoding");
    },
  },
  {
    name: "C01: webhook answers 400 to signed bodies that are not an event",
    async run(shop) {
      const bodies = ["null", "<event/>", "[]", '"event"', "1", "{}", '{"object":"event"}', "{"];
      for (const body of shop.choose(bodies)) {
        await refuses(shop, signed(body), "invalid_event");
      }
    },
  },
  {
    name: "C02: webhook answers 400 to an empty body, signed or not",
    async run(shop) {
      await refuses(shop, { method: "POST" }, "invalid_signature");
      await refuses(
        shop,
        { method: "POST", headers: { "Content-Type": "application/json" }, body: "" },
        "invalid_signature",
      );
      await refuses(shop, signed(""), "invalid_signature");
    },
  },
  {
    name: "C10: webhook answers 413 to 1.1 MB",
    async run(shop) {
      const request = signed(withName("x".repeat(1_100_000)));
      await expectError(await shop.send("webhook", request), 413, "body_too_large");
    },
  },
  {
    name: "C10: webhook answers 413 to 1.1 MB without a length",
    async run(shop) {
      const request = signed(withName("x".repeat(1_100_000)));
      await expectError(await shop.send("webhook", { ...request, chunked: true }), 413, "body_too_large");
    },
  },
];

function withName(name: string): string {
  return JSON.stringify({ ...EVENT, data: { object: { id: "prod_1", name } } });
}

/** Signed and labeled as Stripe does. */
function signed(body: string | Uint8Array): AdapterRequest {
  const headers = {
    "Content-Type": "application/json; charset=utf-8",
    "Stripe-Signature": sign(body, { secret: SECRET }),
  };
  return { method: "POST", headers, body };
}

async function refuses(shop: ShopUnderTest, request: AdapterRequest, code: string): Promise<void> {
  const response = await shop.send("webhook", request);
  assert.equal(response.headers.get("cache-control"), "no-store");
  await expectError(response, 400, code);
}
