import PostalMime from "postal-mime";
import { afterEach, beforeEach, expect, test } from "vitest";

import { createOrderPageLinks } from "../../../../core/auth/order-page-links.ts";
import { BlockedStepError, NotAttemptedError, NonRetriableError } from "../../../../core/retry/errors.ts";
import type { Mail, Mailer } from "../../../../core/mail/mailer.ts";
import type { HistoryEntry } from "../../../../core/orders/order-store.ts";
import { createSigner } from "../../../../core/auth/signer.ts";
import type { Storage } from "../../../../core/stores/storage.ts";
import { createMemoryStorage } from "../../../../core/stores/memory-storage.ts";
import {
  startMailServer,
  type MailServerMood,
  type ReceivedMail,
} from "../../../../cli/dev/inbox/mail-server.ts";
import { openAsBrowser } from "../../../support/purchase.ts";
import { ENVIRONMENT, openTestShop, type TestShop } from "../../../support/test-shop.ts";

const BUYER = "ada@example.com";
const DAY_MS = 24 * 3_600_000;

let shop: TestShop;
let sent: { mail: Mail; idempotencyKey: string }[];
/** How the next mails fail; later mails are sent. */
let outcomes: Error[];
let history: HistoryEntry[];
/** Where the shop keeps its orders, unless that is Stripe. */
let engine: Storage;

const mailer: Mailer = {
  async send(mail, { idempotencyKey }) {
    sent.push({ mail, idempotencyKey });
    const outcome = outcomes.shift();
    if (outcome !== undefined) throw outcome;
  },
};

function open(options: Parameters<typeof openTestShop>[0] = {}): void {
  const memory = createMemoryStorage();
  const orders = {
    ...memory.orders,
    async appendHistory(orderId: string, entry: HistoryEntry) {
      history.push(entry);
      await memory.orders.appendHistory(orderId, entry);
    },
  };
  engine = { ...memory, orders };
  shop = openTestShop({
    ...options,
    replace: {
      mailer,
      ...(options.engine !== "stripe" && { storage: engine }),
      ...options.replace,
    },
  });
}

beforeEach(() => {
  sent = [];
  outcomes = [];
  history = [];
  open();
});
afterEach(() => shop.close());

const JSON_TYPE = { "Content-Type": "application/json" };

async function buy(): Promise<{ sessionId: string; cookie: string }> {
  const opened = await openAsBrowser(shop.app, "price_ebook_tides");
  shop.stripe.buyer.pay(opened.sessionId, { email: BUYER });
  expect((await shop.notify(opened.sessionId)).status).toBe(200);
  return opened;
}

async function resend(
  body: unknown,
  headers: Record<string, string>,
): Promise<{ status: number; code: string | undefined; text: string; retryAfter: string | null }> {
  const response = await shop.app.resendMail(
    new Request("https://shop.example/api/resend-mail", {
      method: "POST",
      headers: { ...JSON_TYPE, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  );
  const text = await response.text();
  const { error } = JSON.parse(text) as { error?: { code: string } };
  return {
    status: response.status,
    code: error?.code,
    text,
    retryAfter: response.headers.get("Retry-After"),
  };
}

const asBuyer = ({ sessionId, cookie }: { sessionId: string; cookie: string }) => {
  // Two mails are never asked for in the same millisecond.
  shop.clock.nowMs += 1;
  return resend({ session_id: sessionId }, { Cookie: cookie });
};

test("D25: the buyer gets exactly one more mail, to the order's own address, and it is the same confirmation", async () => {
  const order = await buy();
  expect(await asBuyer(order)).toMatchObject({ status: 200, text: '{"status":"sent"}' });
  expect(sent).toHaveLength(2);
  const [first, second] = sent;
  expect(second?.mail.to).toBe(BUYER);
  expect(second?.mail.subject).toBe(first?.mail.subject);
  expect(second?.mail.text).toContain(`success.html#session_id=${order.sessionId}&token=`);
});

test("D04: the link from the mail is as good as the cookie", async () => {
  const { sessionId } = await buy();
  const now = (): number => shop.clock.nowMs;
  const signer = createSigner([ENVIRONMENT.STRIPE_SECRET_KEY], "order-page", now);
  const link = createOrderPageLinks(signer, "https://shop.example", now).urlOf({
    orderId: sessionId,
    createdMs: shop.clock.nowMs,
  });
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get("token") ?? "";
  expect(await resend({ session_id: sessionId }, { Authorization: `Bearer ${token}` })).toMatchObject({
    status: 200,
  });
  expect(sent).toHaveLength(2);
});

test("M08: anyone who knows the order's number can have a mail sent again to the order's own address, from any browser", async () => {
  const { sessionId } = await buy();
  const answer = await resend({ session_id: sessionId }, {});
  expect(answer).toMatchObject({ status: 200, text: '{"status":"sent"}' });
  expect(sent.map(({ mail }) => mail.to)).toEqual([BUYER, BUYER]);
});

test("D02 D04: strangers get the same 404 for every order that was not mailed, and no mail is sent", async () => {
  const other = await openAsBrowser(shop.app, "price_ebook_tides");
  const refunded = await buy();
  const session = shop.stripe.state().checkoutSessions[refunded.sessionId];
  const refund = shop.stripe.account.refund(String(session?.payment_intent));
  await shop.notify(String(refund.charge), "charge.refunded");
  outcomes = [new NonRetriableError("550 no such mailbox")];
  const bounced = await openAsBrowser(shop.app, "price_ebook_tides");
  shop.stripe.buyer.pay(bounced.sessionId, { email: BUYER });
  await shop.notify(bounced.sessionId);
  const before = sent.length;
  const answers = [
    await resend({ session_id: other.sessionId }, {}),
    await resend({ session_id: refunded.sessionId }, { Cookie: other.cookie }),
    await resend({ session_id: bounced.sessionId }, { Authorization: "Bearer 1.2" }),
    await resend({ session_id: "cs_test_nobodyKnowsThis0002" }, { Cookie: other.cookie }),
    await resend({ session_id: other.sessionId.replace("test", "live") }, {}),
    await resend({ session_id: "" }, {}),
  ];
  const withoutId = (text: string) => text.replace(/"requestId":"[^"]+"/, "");
  expect(new Set(answers.map(({ text }) => withoutId(text))).size).toBe(1);
  for (const { status, code } of answers)
    expect({ status, code }).toEqual({ status: 404, code: "order_not_found" });
  expect(sent).toHaveLength(before);
});

test("D42: a caller without proof can have five mails sent a day, whichever orders they know; the buyers still get theirs", async () => {
  const askFrom = async (ip: string, sessionId: string, headers: Record<string, string> = {}) => {
    shop.clock.nowMs += 1;
    const init = {
      method: "POST",
      headers: { ...JSON_TYPE, ...headers },
      body: JSON.stringify({ session_id: sessionId }),
    };
    return (await shop.app.resendMail(new Request("https://shop.example/api/resend-mail", init), { ip }))
      .status;
  };
  const statuses: number[] = [];
  for (let order = 0; order < 7; order += 1) {
    const bought = await buy();
    statuses.push(await askFrom("192.0.2.1", bought.sessionId));
    expect(await askFrom("192.0.2.1", bought.sessionId, { Cookie: bought.cookie })).toBe(200);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  const another = await buy();
  expect(await askFrom("192.0.2.2", another.sessionId)).toBe(200);
  shop.clock.nowMs += DAY_MS;
  expect(await askFrom("192.0.2.1", another.sessionId)).toBe(200);
});

test("D42: an order has three mails a day, whoever asks", async () => {
  const { sessionId } = await buy();
  const statuses: number[] = [];
  for (let caller = 0; caller < 10; caller += 1) {
    shop.clock.nowMs += 1;
    const init = { method: "POST", headers: JSON_TYPE, body: JSON.stringify({ session_id: sessionId }) };
    const request = new Request("https://shop.example/api/resend-mail", init);
    statuses.push((await shop.app.resendMail(request, { ip: `192.0.2.${caller}` })).status);
  }
  expect(statuses.filter((status) => status === 200)).toHaveLength(3);
  expect(sent).toHaveLength(4);
});

test("D43: with orders in Stripe, a thousand requests for mails cost a few looks there, and a buyer is let through meanwhile", async () => {
  shop.close();
  open({ engine: "stripe" });
  const order = await buy();
  const before = shop.stripe.calls().length;
  const statuses: number[] = [];
  for (let index = 0; index < 1_000; index += 1) {
    const body = JSON.stringify({ session_id: `cs_test_${String(index).padStart(58, "0")}` });
    const request = new Request("https://shop.example/api/resend-mail", {
      method: "POST",
      headers: JSON_TYPE,
      body,
    });
    statuses.push((await shop.app.resendMail(request, { ip: `192.0.2.${index % 250}` })).status);
  }
  expect(statuses.filter((status) => status === 404)).toHaveLength(40);
  expect(statuses.filter((status) => status === 503)).toHaveLength(960);
  expect(shop.stripe.calls().length - before).toBeLessThanOrEqual(80);
  expect((await asBuyer(order)).status).toBe(200);
});

test("D25 E05: an address in the request is refused, and so is a request that is not JSON or comes from another page", async () => {
  const { sessionId, cookie } = await buy();
  const body = { session_id: sessionId };
  const refusals = [
    [await resend({ ...body, email: "victim@example.com" }, { Cookie: cookie }), 400],
    [await resend("{", { Cookie: cookie }), 400],
    [await resend({ session_id: [sessionId] }, { Cookie: cookie }), 400],
    [await resend(body, { Cookie: cookie, "Content-Type": "text/plain" }), 415],
    [await resend(body, { Cookie: cookie, Origin: "https://evil.example" }), 403],
    [await resend(body, { Cookie: cookie, "Sec-Fetch-Site": "cross-site" }), 403],
    [await resend({ ...body, padding: "x".repeat(2_000) }, { Cookie: cookie }), 413],
  ] as const;
  for (const [{ status }, expected] of refusals) expect(status).toBe(expected);
  expect(sent).toHaveLength(1);
});

test("D25: the fourth mail of a day is refused until the day is over, however many ask at once", async () => {
  const order = await buy();
  const statuses = (await Promise.all(Array.from({ length: 8 }, () => asBuyer(order)))).map(
    ({ status }) => status,
  );
  expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);
  expect(sent).toHaveLength(4);
  const refused = await asBuyer(order);
  expect(refused).toMatchObject({ status: 429, code: "too_many_mails" });
  // The shop's clock began at noon.
  expect(Number(refused.retryAfter)).toBe(12 * 3_600);
  // Another order has its own three.
  expect((await asBuyer(await buy())).status).toBe(200);
  shop.clock.nowMs += DAY_MS;
  expect((await asBuyer(order)).status).toBe(200);
});

test("E07 E09: sending again leaves the order's record as it was and adds a line to its history each time", async () => {
  const order = await buy();
  const record = async () => JSON.stringify(await engine.orders.readControl(order.sessionId));
  const before = await record();
  expect(before).toContain("fulfilled");
  await asBuyer(order);
  await asBuyer(order);
  expect(await record()).toBe(before);
  const lines = history.filter(({ what }) => what === "mail_resent");
  expect(lines).toHaveLength(2);
  expect(lines.map(({ key }) => key)).toEqual(sent.slice(1).map(({ idempotencyKey }) => idempotencyKey));
  expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
  for (const { key, atMs } of lines) expect(key).toBe(`resend-${atMs}/${order.sessionId}`);
});

test("a mail that is sent again has its own Message-ID and its own key for Resend", async () => {
  shop.close();
  const received: ReceivedMail[] = [];
  const server = await startMailServer((mail) => void received.push(mail));
  open({
    environment: { SMTP_URL: server.url, MAIL_FROM: "Low Tide <orders@shop.example>" },
    replace: { mailer: undefined },
  });
  expect((await asBuyer(await buy())).status).toBe(200);
  await server.close();
  expect(received.map(({ recipients }) => recipients)).toEqual([[BUYER], [BUYER]]);
  const [first, second] = await Promise.all(received.map(({ raw }) => PostalMime.parse(raw)));
  expect(second?.messageId).toMatch(/^<resend-\d+\.cs_test_\w+@shop\.example>$/);
  expect(second?.messageId).not.toBe(first?.messageId);
  const keyOf = (mail: typeof first) =>
    mail?.headers.find(({ key }) => key === "resend-idempotency-key")?.value;
  expect(keyOf(second)).toMatch(/^resend-\d+\/cs_test_\w+$/);
});

test("a mail server that is down, or hangs up, gives a 503 with a sentence; a mail that certainly was not sent does not count", async () => {
  shop.close();
  let mood: MailServerMood = "works";
  const received: ReceivedMail[] = [];
  const server = await startMailServer(
    (mail) => void received.push(mail),
    () => mood,
  );
  open({
    environment: { SMTP_URL: server.url, MAIL_FROM: "orders@shop.example" },
    replace: { mailer: undefined },
  });
  const order = await buy();
  mood = "busy";
  for (let attempt = 0; attempt < 4; attempt += 1) {
    expect(await asBuyer(order)).toMatchObject({ status: 503, code: "mail_not_sent", retryAfter: "60" });
  }
  expect(history.filter(({ what }) => what === "mail_resent")).toEqual([]);
  mood = "refuses";
  expect(await asBuyer(order)).toMatchObject({ status: 409, code: "mail_refused" });
  mood = "works";
  expect((await asBuyer(order)).status).toBe(200);
  await server.close();
  expect(received).toHaveLength(2);
  expect(JSON.stringify(shop.log)).not.toContain(BUYER);
});

test("D25: a mail that may have been sent counts, and one that was refused for good does", async () => {
  const order = await buy();
  outcomes = [
    new Error("Sending the mail was cut off."),
    new NotAttemptedError("not sent"),
    new BlockedStepError("the sender is refused"),
    new NonRetriableError("550"),
  ];
  const statuses = [];
  for (let attempt = 0; attempt < 6; attempt += 1) statuses.push((await asBuyer(order)).status);
  expect(statuses).toEqual([503, 503, 503, 409, 200, 429]);
});

test("a mail server that never answers is given up in time", async () => {
  const aborted: boolean[] = [];
  const order = await buy();
  shop.close();
  const { clock } = shop;
  const waits: number[] = [];
  shop = openTestShop({
    replace: {
      storage: engine,
      now: () => clock.nowMs,
      schedule: (delayMs, callback) => {
        waits.push(delayMs);
        queueMicrotask(callback);
        return () => undefined;
      },
      mailer: {
        send: (_, { signal }) =>
          new Promise(() => signal.addEventListener("abort", () => aborted.push(true))),
      },
    },
  });
  expect(await asBuyer(order)).toMatchObject({ status: 503, code: "mail_not_sent" });
  expect({ aborted, waits }).toEqual({ aborted: [true], waits: [7_000] });
});

test("no mail is begun with too little time left for it", async () => {
  const order = await buy();
  const { peekControl } = engine.orders;
  engine.orders.peekControl = (orderId) => {
    shop.clock.nowMs += 6_000;
    return peekControl(orderId);
  };
  expect(await asBuyer(order)).toMatchObject({ status: 503 });
  expect(sent).toHaveLength(1);
});

test("a refunded order gets no mail", async () => {
  const order = await buy();
  const session = shop.stripe.state().checkoutSessions[order.sessionId];
  const refund = shop.stripe.account.refund(String(session?.payment_intent));
  expect((await shop.notify(String(refund.charge), "charge.refunded")).status).toBe(200);
  expect(await asBuyer(order)).toMatchObject({ status: 409, code: "order_revoked" });
  expect(sent).toHaveLength(1);
});

test("D25: a checkout that is not paid, or not complete, gets no mail", async () => {
  const opened = await openAsBrowser(shop.app, "price_ebook_tides");
  expect(await asBuyer(opened)).toMatchObject({ status: 409, code: "order_not_complete" });
  outcomes = [new NotAttemptedError("busy")];
  shop.stripe.buyer.pay(opened.sessionId, { email: BUYER });
  expect((await shop.notify(opened.sessionId)).status).toBe(503);
  expect(await asBuyer(opened)).toMatchObject({ status: 409, code: "order_not_complete" });
  expect(sent).toHaveLength(1);
});

test("a shop without a mail server says so", async () => {
  shop.close();
  open({ replace: { mailer: undefined } });
  const order = await buy();
  expect(await asBuyer(order)).toMatchObject({ status: 409, code: "sends_no_mail" });
});

test("with orders kept in Stripe it works the same, and writes nothing there", async () => {
  shop.close();
  open({ engine: "stripe" });
  const order = await buy();
  const writes = () => shop.stripe.calls().filter(({ method }) => method === "POST").length;
  const before = writes();
  expect((await asBuyer(order)).status).toBe(200);
  expect(sent.map(({ mail }) => mail.to)).toEqual([BUYER, BUYER]);
  expect(writes()).toBe(before);
});

test("M06: a mail that is sent again on day 91 brings a link that works, and so does the order page", async () => {
  const order = await buy();
  shop.clock.nowMs += 91 * DAY_MS;
  expect(await resend({ session_id: order.sessionId }, {})).toMatchObject({ status: 200 });
  const tokens = sent.map(({ mail }) => /&token=([\w.-]+)/.exec(mail.text)?.[1] ?? "");
  const personalOf = async (token: string) => {
    const url = `https://shop.example/api/order-status?session_id=${order.sessionId}`;
    const response = await shop.app.orderStatus(
      new Request(url, { headers: { Authorization: `Bearer ${token}` } }),
    );
    return ((await response.json()) as { personal?: unknown }).personal;
  };
  const [old = "", fresh = ""] = tokens;
  expect(await personalOf(old)).toBeUndefined();
  expect(await personalOf(fresh)).toBeDefined();
});

test("M06: two attempts at the first mail, hours apart, write the same bytes", async () => {
  outcomes = [new Error("the answer was lost")];
  const opened = await openAsBrowser(shop.app, "price_ebook_tides");
  shop.stripe.buyer.pay(opened.sessionId, { email: BUYER });
  expect((await shop.notify(opened.sessionId)).status).toBe(503);
  shop.clock.nowMs += 14 * 3_600_000;
  expect((await shop.notify(opened.sessionId)).status).toBe(200);
  expect(sent).toHaveLength(2);
  expect(sent[1]).toEqual(sent[0]);
});

test("D03: the page is told that the mail can be sent again exactly while it can", async () => {
  const personalOf = async ({ sessionId, cookie }: { sessionId: string; cookie: string }) => {
    const url = `https://shop.example/api/order-status?session_id=${sessionId}`;
    const response = await shop.app.orderStatus(new Request(url, { headers: { Cookie: cookie } }));
    return ((await response.json()) as { personal?: Record<string, unknown> }).personal;
  };
  const order = await buy();
  expect(await personalOf(order)).toHaveProperty("mailAgain", true);
  expect(await personalOf({ ...order, cookie: "" })).toBeUndefined();
  shop.close();
  open({ replace: { mailer: undefined } });
  const unmailed = await buy();
  expect(await personalOf(unmailed)).toHaveProperty("email");
  expect(await personalOf(unmailed)).not.toHaveProperty("mailAgain");
});
