import PostalMime from "postal-mime";
import { afterEach, beforeEach, expect, test } from "vitest";

import {
  BlockedStepError,
  NotAttemptedError,
  NonRetriableError,
  RefusedMailError,
} from "../../../../core/retry/errors.ts";
import type { Mail } from "../../../../core/mail/mailer.ts";
import { createDeadline } from "../../../../core/retry/deadline.ts";
import type { ControlRecord } from "../../../../core/orders/order.ts";
import type { OrderStore } from "../../../../core/orders/order-store.ts";
import { settleOrder } from "../../../../core/orders/settle-order.ts";
import {
  startMailServer,
  type MailServer,
  type ReceivedMail,
} from "../../../../cli/dev/inbox/mail-server.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
const attempts: Mail[] = [];
/** How the next attempts fail; later mails are sent. */
const outcomes: Error[] = [];
beforeEach(() => {
  attempts.length = 0;
  outcomes.length = 0;
});
afterEach(() => shop.close());

const replacements = {
  mailer: {
    async send(mail: Mail) {
      attempts.push(mail);
      const outcome = outcomes.shift();
      if (outcome !== undefined) throw outcome;
    },
  },
};

function openShop(MAIL_DELIVERY: "at-least-once" | "at-most-once", engine?: "stripe"): void {
  shop = openTestShop({
    environment: { MAIL_DELIVERY },
    replace: replacements,
    ...(engine !== undefined && { engine }),
  });
}

async function paidOrder(): Promise<string> {
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  return orderId;
}

async function deliver(orderId: string): Promise<number> {
  shop.clock.nowMs += 3_600_000;
  return (await shop.notify(orderId)).status;
}

async function controlOf(orderId: string) {
  const stored = await shop.store.readControl(orderId);
  return {
    state: stored?.control.state,
    mail: stored?.control.steps["mail"],
    error: stored?.control.lastError,
  };
}

/** The same store with slow writes. */
function slowStore(store: OrderStore, takesMs: (control: ControlRecord) => number): OrderStore {
  return {
    ...store,
    async writeControl(orderId, expectedVersion, control) {
      shop.clock.nowMs += takesMs(control);
      return store.writeControl(orderId, expectedVersion, control);
    },
  };
}

const CUT_OFF = new Error("Sending the mail was cut off.");
const NOT_SENT = new NotAttemptedError("The mail could not be sent.");

test("A08: at least once: a mail that may have been sent is sent again, and both attempts are counted", async () => {
  openShop("at-least-once");
  outcomes.push(CUT_OFF);
  const orderId = await paidOrder();
  expect([await deliver(orderId), await deliver(orderId)]).toEqual([503, 200]);
  expect(attempts).toHaveLength(2);
  expect(await controlOf(orderId)).toMatchObject({
    state: "fulfilled",
    mail: { state: "done", attempts: 2 },
  });
});

test("A08: at most once: a mail that may have been sent is not sent again; the order is flagged, and says why", async () => {
  openShop("at-most-once");
  outcomes.push(CUT_OFF);
  const orderId = await paidOrder();
  expect([await deliver(orderId), await deliver(orderId), await deliver(orderId)]).toEqual([503, 200, 200]);
  expect(attempts).toHaveLength(1);
  expect(await controlOf(orderId)).toEqual({
    state: "needs_attention",
    mail: { state: "started", attempts: 1 },
    error:
      "mail: an attempt was cut off and may have had its effect; it is not repeated unless you ask for it",
  });
  expect(shop.log.filter(({ event }) => event === "order_needs_attention")).toHaveLength(1);
});

test("at most once: no attempt begins with too little time left for a slow mail server, and the next one has all its time", async () => {
  openShop("at-most-once");
  const orderId = await paidOrder();
  const services = await servicesOf(shop, replacements, { MAIL_DELIVERY: "at-most-once" });
  const settleWithin = (ms: number) =>
    settleOrder(
      orderId,
      "checkout",
      createDeadline(() => shop.clock.nowMs, ms),
      services,
    );
  expect(await settleWithin(4_400)).toEqual({ kind: "unfinished", reason: "out_of_time" });
  expect(attempts).toHaveLength(0);
  shop.clock.nowMs += 30_000;
  expect(await settleWithin(4_500)).toEqual({ kind: "fulfilled" });
  expect(attempts).toHaveLength(1);
});

test("at most once: runs that are a little short of time lose no attempts", async () => {
  openShop("at-most-once");
  const orderId = await paidOrder();
  const services = await servicesOf(shop, replacements, { MAIL_DELIVERY: "at-most-once" });
  const slow = slowStore(services.store, () => 300);
  for (let budgetMs = 3_700; budgetMs < 5_000; budgetMs += 100) {
    const deadline = createDeadline(() => shop.clock.nowMs, budgetMs);
    const outcome = await settleOrder(orderId, "checkout", deadline, { ...services, store: slow });
    if (outcome.kind === "fulfilled") break;
    shop.clock.nowMs += 30_000;
  }
  expect((await controlOf(orderId)).mail).toEqual({ state: "done", attempts: 1 });
});

test("at most once: a write that uses up the time leaves the mail to the next attempt", async () => {
  openShop("at-most-once");
  const orderId = await paidOrder();
  const services = await servicesOf(shop, replacements, { MAIL_DELIVERY: "at-most-once" });
  const slow = slowStore(services.store, ({ steps }) => (steps["mail"]?.state === "started" ? 5_000 : 0));
  const deadline = () => createDeadline(() => shop.clock.nowMs, 8_000);
  expect(await settleOrder(orderId, "checkout", deadline(), { ...services, store: slow })).toEqual({
    kind: "unfinished",
    reason: "out_of_time",
  });
  expect(attempts).toHaveLength(0);
  expect((await controlOf(orderId)).mail).toEqual({ state: "failed", attempts: 0 });
  shop.clock.nowMs += 30_000;
  expect(await settleOrder(orderId, "checkout", deadline(), services)).toEqual({ kind: "fulfilled" });
});

test("at most once: when its owner asks for it, a flagged order's mail is sent again", async () => {
  openShop("at-most-once");
  outcomes.push(CUT_OFF);
  const orderId = await paidOrder();
  await deliver(orderId);
  await deliver(orderId);
  const services = await servicesOf(shop, replacements, { MAIL_DELIVERY: "at-most-once" });
  const deadline = createDeadline(() => shop.clock.nowMs, 60_000);
  const outcome = await settleOrder(orderId, "owner", deadline, services);
  expect(outcome).toEqual({ kind: "fulfilled" });
  expect(attempts).toHaveLength(2);
});

test("at most once: a mail that certainly was not sent is sent again", async () => {
  openShop("at-most-once");
  outcomes.push(NOT_SENT, NOT_SENT);
  const orderId = await paidOrder();
  expect([await deliver(orderId), await deliver(orderId), await deliver(orderId)]).toEqual([503, 503, 200]);
  expect(await controlOf(orderId)).toMatchObject({
    state: "fulfilled",
    mail: { state: "done", attempts: 3 },
  });
});

test("at most once, with orders in Stripe: the note that a mail may have been sent survives there, too", async () => {
  openShop("at-most-once", "stripe");
  outcomes.push(NOT_SENT, CUT_OFF);
  const orderId = await paidOrder();
  expect([await deliver(orderId), await deliver(orderId), await deliver(orderId)]).toEqual([503, 503, 200]);
  expect(attempts).toHaveLength(2);
});

test("a mail that is refused for good flags the order at once", async () => {
  openShop("at-least-once");
  outcomes.push(new NonRetriableError("The mail server refused the buyer's address: 550"));
  const orderId = await paidOrder();
  expect(await deliver(orderId)).toBe(200);
  expect(await controlOf(orderId)).toMatchObject({ state: "needs_attention" });
  expect(attempts).toHaveLength(1);
});

const SENDER_REFUSED = new BlockedStepError("The mail server refused the sender, MAIL_FROM: 553.");

/** A shop whose mail server refuses all mails, or those to one address, until it is fixed. */
function openBlockedShop(
  refusal: Error = SENDER_REFUSED,
  address?: string,
): { mend: () => void; chats: string[] } {
  let isMended = false;
  const chats: string[] = [];
  shop = openTestShop({
    environment: { OWNER_WEBHOOK_URL: "https://chat.example/hook" },
    replace: {
      mailer: {
        async send(mail) {
          attempts.push(mail);
          if (!isMended && (address ?? mail.to) === mail.to) throw refusal;
        },
      },
      post: async ({ body }) => {
        chats.push(body);
        return { status: 200 };
      },
    },
  });
  const mend = (): void => {
    isMended = true;
  };
  return { mend, chats };
}

const reconcile = () =>
  shop.app.scheduledReconcile(new Request("https://shop.example/r", { method: "POST" }));

async function problems(): Promise<readonly string[]> {
  shop.clock.nowMs += 60_000;
  const response = await shop.app.health(new Request("https://shop.example/api/health"));
  return ((await response.json()) as { problems: string[] }).problems;
}

test("E50: a sender that the mail server refuses is one alarm; ten orders wait, and one run sends all their mails", async () => {
  const { mend, chats } = openBlockedShop();
  const orders: string[] = [];
  for (let count = 0; count < 10; count += 1) {
    orders.push(await paidOrder());
    expect(await deliver(orders[count] ?? "")).toBe(503);
  }
  // Long enough for twelve attempts each.
  for (let hours = 0; hours < 48; hours += 6) {
    shop.clock.nowMs += 6 * 3_600_000;
    await reconcile();
  }
  for (const orderId of orders) {
    expect(await controlOf(orderId)).toMatchObject({
      state: "paid",
      mail: { attempts: 0 },
      error: "mail: The mail server refused the sender, MAIL_FROM: 553.",
    });
  }
  // A server might lock the shop out: only the orders that are tried at once ask it, not every order.
  expect(attempts.length).toBeLessThanOrEqual(10 + 8 * 4);
  expect(await problems()).toContain("mail_blocked");
  expect(shop.log.filter(({ event }) => event === "step_blocked")).toEqual([
    expect.objectContaining({ step: "mail", problem: expect.stringContaining("the sender, MAIL_FROM: 553") }),
  ]);
  expect(chats.filter((text) => text.includes("Orders wait"))).toHaveLength(1);
  expect(chats.filter((text) => text.includes("needs your attention"))).toEqual([]);

  mend();
  attempts.length = 0;
  shop.clock.nowMs += 120_000;
  expect(await (await reconcile()).json()).toMatchObject({ repaired: expect.arrayContaining(orders) });
  expect(attempts).toHaveLength(10);
  for (const orderId of orders) expect((await controlOf(orderId)).state).toBe("fulfilled");
  expect(await problems()).not.toContain("mail_blocked");
});

const MAIL_REFUSED = new RefusedMailError("The mail server refused the mail: 554.");

test("E51: a mail that the server refuses after reading it holds back no other mail, raises no alarm, and is flagged after twelve tries", async () => {
  const { chats } = openBlockedShop(MAIL_REFUSED, "refused@example.com");
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId, { email: "refused@example.com" });
  for (let tries = 1; tries < 12; tries += 1) {
    expect(await deliver(orderId)).toBe(503);
    expect(await controlOf(orderId)).toMatchObject({ state: "paid", mail: { attempts: tries } });
    expect((await shop.notify(await paidOrder())).status).toBe(200);
  }
  expect(await deliver(orderId)).toBe(200);
  expect(await controlOf(orderId)).toMatchObject({ state: "needs_attention", mail: { attempts: 12 } });
  expect(chats.filter((text) => text.includes("Orders wait"))).toEqual([]);
  expect(await problems()).not.toContain("mail_blocked");
});

test("E51: a server that refuses every mail after reading it is asked only a few times, and no order is flagged, however long it lasts", async () => {
  const { chats } = openBlockedShop(MAIL_REFUSED);
  const orders: string[] = [];
  for (let count = 0; count < 10; count += 1) orders.push(await paidOrder());
  for (let days = 0; days < 5; days += 1) {
    shop.clock.nowMs += 24 * 3_600_000;
    await reconcile();
  }
  expect(attempts.length).toBeLessThanOrEqual(5 * 4);
  for (const orderId of orders) {
    const { state, mail } = await controlOf(orderId);
    expect(state).toBe("paid");
    // The first one cannot know yet that the others are refused, too.
    expect(mail?.attempts).toBeLessThanOrEqual(1);
  }
  expect(chats.filter((text) => text.includes("Orders wait"))).toHaveLength(1);
  expect(await problems()).toContain("mail_blocked");
});

test("E50: health recovers with the first mail that goes out, even for an order that never had to wait", async () => {
  const { mend } = openBlockedShop();
  await deliver(await paidOrder());
  expect(await problems()).toContain("mail_blocked");
  mend();
  expect(await deliver(await paidOrder())).toBe(200);
  expect(await problems()).not.toContain("mail_blocked");
});

test("E50: the owner's notice, which the same server refuses, goes out once the server is fixed", async () => {
  let isMended = false;
  shop = openTestShop({
    environment: { OWNER_EMAIL: "owner@shop.example" },
    replace: {
      mailer: {
        async send(mail) {
          if (!isMended) throw SENDER_REFUSED;
          attempts.push(mail);
        },
      },
    },
  });
  const orderId = await paidOrder();
  for (let looks = 0; looks < 30; looks += 1) {
    shop.clock.nowMs += 61_000;
    await shop.status(orderId);
  }
  isMended = true;
  expect(await deliver(orderId)).toBe(200);
  expect(attempts.map(({ to }) => to)).toEqual(["jenny.rosen@example.com", "owner@shop.example"]);
});

test("E50: a refused notice is not sent again at every look", async () => {
  let tries = 0;
  shop = openTestShop({
    environment: { OWNER_EMAIL: "owner@shop.example" },
    replace: {
      mailer: {
        async send({ to }) {
          if (to !== "owner@shop.example") return;
          tries += 1;
          throw SENDER_REFUSED;
        },
      },
    },
  });
  const orderId = await paidOrder();
  for (let looks = 0; looks < 20; looks += 1) {
    await shop.notify(orderId);
    shop.clock.nowMs += 2_000;
  }
  expect(tries).toBeLessThanOrEqual(3);
});

test("D25: no mail is sent before the payment arrives, whatever address the buyer types", async () => {
  openShop("at-least-once");
  const abandoned = await shop.openSession();
  expect((await shop.notify(abandoned)).status).toBe(503);
  const pending = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(pending, { delayed: "succeeds", email: "victim@example.com" });
  expect(await deliver(pending)).toBe(200);
  expect(attempts).toEqual([]);
});

test("the mail has the amount that the buyer saw in their own currency, and the page's address", async () => {
  openShop("at-least-once");
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId, { presentment: { currency: "jpy", amountMinor: 5_210 } });
  await deliver(orderId);
  expect((await shop.store.readSnapshot(orderId))?.presentment).toEqual({
    currency: "jpy",
    amountMinor: 5_210,
  });
  expect(attempts[0]?.text).toContain("Total  €32.00\n  You paid ¥5,210, converted by Stripe.");
  expect(attempts[0]?.text).toContain(`https://shop.example/success.html#session_id=${orderId}&token=`);
});

test("without SMTP_URL the mail is skipped, the log recommends Stripe's receipts, and the order is complete", async () => {
  shop = openTestShop({ replace: { mailer: undefined } });
  const orderId = await paidOrder();
  expect(await deliver(orderId)).toBe(200);
  expect(await controlOf(orderId)).toMatchObject({ state: "fulfilled", mail: { state: "skipped" } });
  expect(shop.log).toContainEqual(
    expect.objectContaining({
      event: "mail_skipped",
      orderId,
      reason: "SMTP_URL is not set: set it, or turn on Stripe's own receipts",
    }),
  );
});

test("with SMTP_URL the mail goes through that server, to the buyer alone", async () => {
  const received: ReceivedMail[] = [];
  const server: MailServer = await startMailServer((mail) => void received.push(mail));
  shop = openTestShop({
    environment: { SMTP_URL: server.url, MAIL_FROM: "Low Tide <orders@shop.example>" },
    replace: { mailer: undefined },
  });
  const orderId = await paidOrder();
  expect(await deliver(orderId)).toBe(200);
  await server.close();
  expect(received.map(({ recipients }) => recipients)).toEqual([["jenny.rosen@example.com"]]);
  const { messageId } = await PostalMime.parse(received[0]?.raw ?? "");
  expect(messageId).toBe(`<mail.${orderId}@shop.example>`);
});
