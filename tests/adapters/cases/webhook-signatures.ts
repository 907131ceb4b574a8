import type { AdapterCase } from "../adapter-case.ts";
import { expectAcknowledged, expectError } from "../expect-answer.ts";
import { WEBHOOK_SECRETS, type AdapterRequest } from "../shop-under-test.ts";
import { nowSeconds, sign, signatureOf } from "../sign.ts";

const { current, previous } = WEBHOOK_SECRETS;
const BODY =
  '{"id":"evt_signature","object":"event","type":"plan.created","livemode":false,"data":{"object":{}}}';

const JSON_TYPE = { "Content-Type": "application/json; charset=utf-8" };

const ODD_V1 = ["", "\u00e9".repeat(64), "\u00ff".repeat(32), "0".repeat(63), "0".repeat(65)];

const GARBAGE = [
  '["t=1","v1=2"]',
  "",
  "t=",
  "v1=",
  "t=,v1=",
  "t=1",
  "t=abc,v1=def",
  "t=NaN,v1=00",
  "[object Object]",
  "=,=,=",
  ",,,",
  "Bearer t=1,v1=2",
  `t=${"9".repeat(400)},v1=${"0".repeat(64)}`,
  "t=1e3,v1=00",
  "t=-1,v1=00",
];

export const webhookSignatureCases: readonly AdapterCase[] = [
  {
    name: "C02: webhook answers 400 when the signature is missing",
    async run(shop) {
      await expectError(await shop.send("webhook", { method: "POST", body: BODY }), 400, "invalid_signature");
    },
  },
  {
    name: "C02: webhook answers 400 to garbage for a signature",
    async run(shop) {
      for (const header of shop.choose(GARBAGE)) {
        await expectError(await shop.send("webhook", withHeader(header)), 400, "invalid_signature");
      }
    },
  },
  {
    name: "C02: webhook answers 400 to a signature with an empty or an over-long or a non-ASCII v1",
    async run(shop) {
      for (const v1 of shop.choose(ODD_V1)) {
        const response = await shop.send("webhook", withHeader(`t=${nowSeconds()},v1=${v1}`));
        await expectError(response, 400, "invalid_signature");
      }
    },
  },
  {
    name: "C02: webhook answers 400 to several signature header lines of garbage",
    async run(shop) {
      const headers = { ...JSON_TYPE, "Stripe-Signature": ["t=1,v1=00", '["v1"]', ""] };
      const response = await shop.send("webhook", { method: "POST", headers, body: BODY });
      await expectError(response, 400, "invalid_signature");
    },
  },
  {
    name: "C05: webhook answers 400 to a signature older than five minutes",
    async run(shop) {
      const header = sign(BODY, { secret: current, timestamp: nowSeconds() - 301 });
      await expectError(await shop.send("webhook", withHeader(header)), 400, "invalid_signature");
    },
  },
  {
    name: "C06: webhook answers 400 to a signature from the future",
    async run(shop) {
      for (const ahead of shop.choose([330, 31_536_000, 86_400])) {
        const header = sign(BODY, { secret: current, timestamp: nowSeconds() + ahead });
        await expectError(await shop.send("webhook", withHeader(header)), 400, "invalid_signature");
      }
    },
  },
  {
    name: "C05 C06: webhook accepts clocks that differ by less than five minutes",
    async run(shop) {
      for (const off of [-270, 270]) {
        const header = sign(BODY, { secret: current, timestamp: nowSeconds() + off });
        await expectAcknowledged(await shop.send("webhook", withHeader(header)), "ignored_type");
      }
    },
  },
  {
    name: "C07: webhook acknowledges a replay within five minutes again",
    async run(shop) {
      const request = withHeader(sign(BODY, { secret: current }));
      await expectAcknowledged(await shop.send("webhook", request), "ignored_type");
      await expectAcknowledged(await shop.send("webhook", request), "ignored_type");
    },
  },
  {
    name: "C08 A04: webhook accepts each of two secrets, alone and together",
    async run(shop) {
      const timestamp = nowSeconds();
      const [byCurrent, byPrevious, byStranger] = [current, previous, "whsec_somebodyElses03"].map(
        (secret) => `v1=${signatureOf(BODY, secret, timestamp)}`,
      );
      const combinations = [
        [byPrevious, byCurrent],
        [byPrevious],
        [byCurrent],
        [byStranger, byCurrent],
        [byStranger, byPrevious],
      ];
      for (const signatures of shop.choose(combinations)) {
        const response = await shop.send("webhook", withHeader([`t=${timestamp}`, ...signatures].join(",")));
        await expectAcknowledged(response, "ignored_type");
      }
    },
  },
  {
    name: "C08: webhook answers 400 to a secret that is not ours",
    async run(shop) {
      const header = sign(BODY, { secret: "whsec_somebodyElses03" });
      await expectError(await shop.send("webhook", withHeader(header)), 400, "invalid_signature");
    },
  },
  {
    name: "C09: webhook answers 400 when only the v0 scheme is right",
    async run(shop) {
      const header = sign(BODY, { secret: current }).replace("v1=", "v0=");
      await expectError(await shop.send("webhook", withHeader(header)), 400, "invalid_signature");
    },
  },
  {
    name: "C10: webhook answers 400 to a signature header of more than 4 KB, even with a right signature in it",
    async run(shop) {
      const padding = `,v1=${"0".repeat(64)}`.repeat(70);
      const response = await shop.send("webhook", withHeader(sign(BODY, { secret: current }) + padding));
      await expectError(response, 400, "invalid_signature");
    },
  },
];

function withHeader(signature: string): AdapterRequest {
  return { method: "POST", headers: { ...JSON_TYPE, "Stripe-Signature": signature }, body: BODY };
}
