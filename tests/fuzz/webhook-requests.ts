import { createHmac } from "node:crypto";

import fc from "fast-check";

import { CANARY_KEYS } from "../support/canaries.ts";
import { headerText, oddText } from "./requests.ts";

/** Valid requests from Stripe, each spoilt in its own way, and requests that never were valid. */
export interface WebhookRequest {
  /** How it was spoilt. */
  what: string;
  header: string | undefined;
  body: Buffer<ArrayBuffer>;
}

const SECRET = CANARY_KEYS.webhook;
const TYPES = [
  "checkout.session.completed",
  "checkout.session.expired",
  "charge.refunded",
  "plan.created",
  "constructor",
  "v2.x",
];

function signatureOf(body: string | Uint8Array, seconds: number, secret: string): string {
  return createHmac("sha256", secret).update(`${seconds}.`).update(body).digest("hex");
}

const eventBody = fc
  .record({
    type: fc.constantFrom(...TYPES),
    id: fc.constantFrom("cs_test_unknown0000", "ch_1", "../../v1/refunds", "__proto__", ""),
    livemode: fc.boolean(),
    text: oddText(12),
  })
  .map(({ type, id, livemode, text }) =>
    JSON.stringify({ object: "event", id: "evt_fuzz", type, livemode, data: { object: { id, text } } }),
  );

/** Signed bodies that are not an event from Stripe. */
const noEvent = fc.oneof(
  fc.json(),
  oddText(40),
  fc.constantFrom(
    "",
    "null",
    "[]",
    "{}",
    '{"object":"event"}',
    '{"object":"v2.core.event","id":1}',
    "[".repeat(5_000),
  ),
);

const spoil: fc.Arbitrary<
  (body: string, nowSeconds: number) => Omit<WebhookRequest, "body"> & { body?: Uint8Array }
> = fc.oneof(
  fc.constant((body: string, now: number) => ({ what: "nothing", header: header(body, now) })),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => (body: string, now: number) => ({
    what: "a byte of the body",
    header: header(body, now),
    body: flipped(Buffer.from(body), at, bits),
  })),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 127 })).map(([at, bits]) => (body: string, now: number) => ({
    what: "a byte of the header",
    header: flipped(Buffer.from(header(body, now), "latin1"), at, bits).toString("latin1"),
  })),
  fc.tuple(fc.nat(), fc.nat({ max: 3 })).map(([at, count]) => (body: string, now: number) => ({
    what: "bytes of the body missing",
    header: header(body, now),
    body: Buffer.concat([Buffer.from(body).subarray(0, at % (body.length + 1)), Buffer.alloc(count, " ")]),
  })),
  fc.integer({ min: 301, max: 1_000_000_000 }).map((age) => (body: string, now: number) => ({
    what: "signed long ago",
    header: header(body, now - age),
  })),
  fc.integer({ min: 301, max: 1_000_000_000 }).map((ahead) => (body: string, now: number) => ({
    what: "signed in the future",
    header: header(body, now + ahead),
  })),
  fc
    .tuple(
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.constantFrom("t=NOW,t=THEN", "t=THEN,t=NOW", "t= THEN", "t=+THEN", "t=0THEN", "t=THEN.5", "t=NOW"),
    )
    .map(([offset, times]) => (body: string, now: number) => ({
      what: "another time than the signed one",
      header: `${times.replace("NOW", String(now)).replace("THEN", String(now + offset))},v1=${signatureOf(body, now + offset, SECRET)}`,
    })),
  fc
    .constantFrom("v0", "v2", "V1", " v1", "v1 ", "v1%3D", "signature")
    .map((scheme) => (body: string, now: number) => ({
      what: "another scheme",
      header: header(body, now).replace("v1", scheme),
    })),
  fc
    .constantFrom(
      "",
      "whsec_",
      "whsec_somebodyElse00000000",
      SECRET.slice(0, -1),
      SECRET.toUpperCase(),
      CANARY_KEYS.stripe,
    )
    .map((secret) => (body: string, now: number) => ({
      what: "another secret",
      header: header(body, now, secret),
    })),
  fc.tuple(fc.nat({ max: 80 }), fc.boolean()).map(([count, before]) => (body: string, now: number) => {
    const [time, right = ""] = header(body, now).split(",");
    const wrong = Array.from({ length: count }, (_, index) => `v1=${String(index).padStart(64, "0")}`);
    return {
      what: "many signatures",
      header: [time, ...(before ? [right, ...wrong] : [...wrong, right])].join(","),
    };
  }),
  headerText(120).map((text) => () => ({ what: "garbage for a header", header: text })),
  headerText(40).map((text) => (body: string, now: number) => ({
    what: "garbage around a header",
    header: `${header(body, now)}${text}`,
  })),
  fc.constant(() => ({ what: "no header", header: undefined })),
);

function header(body: string | Uint8Array, seconds: number, secret: string = SECRET): string {
  return `t=${seconds},v1=${signatureOf(body, seconds, secret)}`;
}

function flipped(bytes: Buffer, at: number, bits: number): Buffer {
  if (bytes.length > 0) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ bits;
  return bytes;
}

export const webhookRequests = (nowSeconds: number): fc.Arbitrary<WebhookRequest> =>
  fc
    .tuple(fc.oneof({ weight: 4, arbitrary: eventBody }, { weight: 1, arbitrary: noEvent }), spoil)
    .map(([text, change]) => {
      const { what, header: line, body } = change(text, nowSeconds);
      return { what, header: line, body: Buffer.from(body ?? Buffer.from(text)) };
    });

/**
 * A second implementation of Stripe's scheme, for comparison only: exactly one time, within five minutes either way, and a `v1`
 * for that time and these bytes by one of the secrets. https://docs.stripe.com/webhooks#verify-manually
 */
export function isValid(
  { header: line, body }: WebhookRequest,
  nowSeconds: number,
  secrets: readonly string[],
): boolean {
  if (line === undefined || line.length > 4_096) return false;
  const parts = line.split(",");
  const [time, ...more] = parts.filter((part) => part.startsWith("t=") || part === "t");
  if (time === undefined || more.length > 0 || !/^t=\d+$/.test(time)) return false;
  const seconds = Number(time.slice(2));
  if (Math.abs(seconds - nowSeconds) > 300) return false;
  // A body that is not UTF-8 cannot be from Stripe.
  if (!Buffer.from(body.toString()).equals(body)) return false;
  return secrets.some((secret) =>
    parts.some(
      (part) =>
        part === `v1=${signatureOf(body, seconds, secret)}` ||
        part.startsWith(`v1=${signatureOf(body, seconds, secret)}=`),
    ),
  );
}
