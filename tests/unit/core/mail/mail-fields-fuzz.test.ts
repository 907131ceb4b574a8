import fc from "fast-check";
import { parseFragment, type DefaultTreeAdapterTypes } from "parse5";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, expect, test } from "vitest";

import { readMail } from "../../../../core/config/mail.ts";
import { NonRetriableError } from "../../../../core/retry/errors.ts";
import type { Delivered } from "../../../../core/delivery/delivered.ts";
import { isMailAddress, wireAddress } from "../../../../core/format/mail-address.ts";
import type { Mailer } from "../../../../core/mail/mailer.ts";
import { orderConfirmation } from "../../../../core/mail/confirmation/compose-confirmation.ts";
import { createSmtpMailer } from "../../../../core/mail/smtp-mailer.ts";
import type { OrderSnapshot } from "../../../../core/orders/order.ts";
import { shopAppearance } from "../../../../core/shop-definition/appearance.ts";
import {
  startMailServer,
  type MailServer,
  type ReceivedMail,
} from "../../../../cli/dev/inbox/mail-server.ts";

/** How many mail fields are tried, each as malicious as its sender can make it. MAIL_FIELDS=50000 tries more. */
const FIELDS = Number(process.env["MAIL_FIELDS"] ?? 4_000);
const FIELDS_PER_MAIL = 10;
/** The server greets a client after a tenth of a second, so many are greeted at once. */
const MAILS_AT_ONCE = 50;

const received: ReceivedMail[] = [];
let server: MailServer;
let mailer: Mailer;

beforeAll(async () => {
  server = await startMailServer((mail) => void received.push(mail));
  mailer = createMailer("Low Tide <orders@shop.example>");
});
afterAll(() => server.close());

function createMailer(from: string): Mailer {
  const { config } = readMail({ SMTP_URL: server.url, MAIL_FROM: from, MAIL_REPLY_TO: "help@shop.example" });
  if (config === undefined) throw new Error("the sender is wrong");
  return createSmtpMailer(config, () => Date.UTC(2026, 10, 21, 12));
}

const WICKED = [
  "\r\nBcc: eve@evil.example",
  "\nTo: eve@evil.example",
  "\rCc: eve@evil.example\r",
  "%0d%0aBcc:eve@evil.example",
  "\u2028Bcc: eve@evil.example\u2029",
  "\u0085Bcc: eve@evil.example",
  "\0",
  "\r\n\r\n<script>alert(1)</script>",
  "\r\n.\r\nMAIL FROM:<eve@evil.example>\r\nRCPT TO:<eve@evil.example>\r\nDATA\r\n",
  "=?utf-8?Q?=0D=0ABcc:_eve@evil.example?=",
  "=?utf-8?B?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
  '"><img src=x onerror=alert(1)>',
  "<script src=https://evil.example/x.js></script>",
  "</td></table></body></html><iframe src=//evil.example>",
  "' style='background:url(https://evil.example/p.gif)",
  "javascript:alert(1)",
  "--boundary\r\nContent-Type: text/html\r\n\r\n<b>hi</b>",
  "<!--",
  "]]>",
  "&lt;script&gt;",
  "\u202egpj.exe",
  "\ud800",
  "é".repeat(80),
  "a".repeat(1_200),
  ", eve@evil.example",
  "; eve@evil.example",
  "\t",
] as const;

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
);
const wickedText = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...WICKED) }, { weight: 2, arbitrary: anyText }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(""));

const address = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("ada@example.com", "ada@bücher.example", "grüße@example.com") },
  { weight: 1, arbitrary: fc.constantFrom("a..b@docomo.example", "ada.@bücher.example") },
  { weight: 1, arbitrary: wickedText.map((text) => `ada${text}@example.com`) },
  { weight: 1, arbitrary: wickedText.map((text) => `ada@example.com${text}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "ada@example.com,eve@evil.example",
      "ada@example.com\r\nBcc: eve@evil.example",
      '"ada@example.com" <eve@evil.example>',
      "eve@evil.example:ada@example.com",
      "@evil.example:ada@example.com",
    ),
  },
);

const delivered: fc.Arbitrary<Delivered> = fc.oneof(
  fc.record({ kind: fc.constant("download" as const), name: wickedText, url: wickedText, note: wickedText }),
  fc.record({
    kind: fc.constant("link" as const),
    name: wickedText,
    url: wickedText.map((text) => `https://shop.example/${text}`),
  }),
  fc.record({ kind: fc.constant("license" as const), name: wickedText, key: wickedText }),
  fc.record({ kind: fc.constant("text" as const), name: wickedText, text: wickedText }),
);

const mail = fc.record({
  to: address,
  buyer: wickedText,
  item: wickedText,
  shopName: wickedText,
  supportEmail: wickedText,
  locale: wickedText,
  deliveries: fc.tuple(delivered, delivered),
});

type Fields = typeof mail extends fc.Arbitrary<infer Value> ? Value : never;

/** In the order in which they are sent. */
const HEADERS = [
  "resend-idempotency-key",
  "auto-submitted",
  "from",
  "to",
  "reply-to",
  "subject",
  "message-id",
  "date",
  "mime-version",
  "content-type",
];

test(`D23, D24: ${FIELDS} malicious fields: exactly our headers, one recipient, and nothing in the HTML but text`, async () => {
  const mails = fc.array(mail, { minLength: MAILS_AT_ONCE, maxLength: MAILS_AT_ONCE });
  await fc.assert(
    fc.asyncProperty(mails, async (batch) => {
      received.length = 0;
      await Promise.all(batch.map((fields, index) => sendAndExpect(fields, `cs_test_${index}`)));
      expect(received).toHaveLength(batch.filter(({ to }) => isMailAddress(to)).length);
    }),
    { numRuns: Math.ceil(FIELDS / FIELDS_PER_MAIL / MAILS_AT_ONCE), ...seeded() },
  );
}, 3_600_000);

async function sendAndExpect(fields: Fields, orderId: string): Promise<void> {
  const { to, deliveries, shopName: name, supportEmail } = fields;
  const order: OrderSnapshot = {
    v: 1,
    orderId,
    livemode: false,
    mode: "payment",
    createdMs: 0,
    items: [{ priceId: "price_1", name: fields.item, quantity: 1, amountMinor: 100 }],
    currency: "eur",
    totalMinor: 100,
    locale: fields.locale,
    buyer: { email: to, name: fields.buyer },
  };
  const composed = orderConfirmation({
    order,
    shop: shopAppearance({ name, supportEmail }, "https://shop.example"),
    orderUrl: `https://shop.example/success.html?session_id=${orderId}`,
    deliveries: [deliveries],
  });
  const options = { idempotencyKey: `mail/${orderId}`, signal: AbortSignal.timeout(20_000) };
  const sent = mailer.send({ to, ...composed }, options);
  if (!isMailAddress(to)) {
    await expect(sent).rejects.toBeInstanceOf(NonRetriableError);
    return;
  }
  await sent;
  await expectOneHonestMail(to, orderId);
}

test("D23: the sender's name is encoded, whatever it holds", async () => {
  for (const name of ["Tide, Low", "Bücher & Söhne", "Bcc: eve", "a@evil.example"]) {
    received.length = 0;
    const options = { idempotencyKey: "mail/cs_test_1", signal: AbortSignal.timeout(5_000) };
    const plain = { to: "ada@example.com", subject: "Hello", text: "Hello" };
    await createMailer(`"${name}" <orders@shop.example>`).send(plain, options);
    const parsed = await PostalMime.parse(received[0]?.raw ?? "");
    expect(parsed.from).toMatchObject({ address: "orders@shop.example", name });
    expect(parsed.headers.filter(({ key }) => key === "bcc")).toEqual([]);
  }
});

test("D50: a mail server accepts an address with dots as Japanese providers assigned them, and mails that address alone", async () => {
  for (const to of ["a..b@docomo.example", "taro.@docomo.example", ".taro@docomo.example"]) {
    received.length = 0;
    const options = { idempotencyKey: "mail/cs_test_1", signal: AbortSignal.timeout(5_000) };
    await mailer.send({ to, subject: "Hello", text: "Hello" }, options);
    const onTheWire = to.replace(/^(.*)@/, '"$1"@');
    expect(received.map(({ recipients }) => recipients)).toEqual([[onTheWire]]);
    const parsed = await PostalMime.parse(received[0]?.raw ?? "");
    expect(parsed.headers.filter(({ key }) => key === "to").map(({ value }) => value)).toEqual([
      `<${onTheWire}>`,
    ]);
  }
});

async function expectOneHonestMail(to: string, orderId: string): Promise<void> {
  const messageId = `<mail.${orderId}@shop.example>`;
  const ofThisOrder = received.filter(({ raw }) => raw.includes(`Message-ID: ${messageId}`));
  expect(ofThisOrder).toHaveLength(1);
  const [arrived] = ofThisOrder;
  if (arrived === undefined) return;
  expect(arrived.from).toBe("orders@shop.example");
  expect(arrived.recipients.map(asAscii)).toEqual([wireAddress(to)]);
  const parsed = await PostalMime.parse(arrived.raw);
  expect(parsed.headers.map(({ key }) => key)).toEqual(HEADERS);
  expect(parsed.to).toHaveLength(1);
  expect(parsed.cc ?? []).toEqual([]);
  expect(parsed.bcc ?? []).toEqual([]);
  expect(parsed.attachments).toEqual([]);
  expect(parsed.subject).toMatch(/^Your order at/);
  expect(parsed.messageId).toBe(messageId);
  expect(parsed.text).not.toMatch(/[\0\u2028\u2029\u202e]/);
  expectOnlyOurMarkup(parsed.html ?? "");
}

const ELEMENTS = new Set(
  "html head meta title style body div table tbody tr td h1 span br a #text #documentType".split(" "),
);

/** Whatever the fields held, the mail has the elements and attributes of the template, and links only to the web. */
function expectOnlyOurMarkup(markup: string): void {
  const visit = (node: DefaultTreeAdapterTypes.Node): void => {
    if ("tagName" in node) {
      expect(ELEMENTS.has(node.tagName), node.tagName).toBe(true);
      for (const { name, value } of node.attrs) {
        expect(name).not.toMatch(/^on|^src/);
        if (name === "href") expect(value).toMatch(/^(?:https?:|mailto:)/);
        if (name === "style") expect(value).not.toContain("url(");
      }
    }
    expect(node.nodeName).not.toBe("#comment");
    if ("childNodes" in node) for (const child of node.childNodes) visit(child);
  };
  visit(parseFragment(markup));
}

/** The server shows domains as people write them, and the quotes around unusual dots as they came. */
function asAscii(recipient: string): string | undefined {
  return wireAddress(recipient.replace(/^"(.*)"@/, "$1@"));
}

function seeded(): { seed?: number } {
  const seed = process.env["MAIL_FIELDS_SEED"];
  return seed === undefined ? {} : { seed: Number(seed) };
}
