import { afterEach, expect, test } from "vitest";

import { NonRetriableError } from "../../../core/retry/errors.ts";
import type { Mail } from "../../../core/mail/mailer.ts";
import type { Services } from "../../../core/services.ts";
import { mailTo, MailToError } from "../../../cli/mail-to.ts";
import { servicesOf, openTestShop, type TestShop } from "../../support/test-shop.ts";

const TYPED = "anna@gmial.example";
const RIGHT = "anna@gmail.example";

let shop: TestShop;
afterEach(() => shop.close());

/** A shop whose mail server does not know the address that the buyer typed. */
async function openShop(
  engine: "memory" | "stripe",
): Promise<{ services: Services; sent: (Mail & { key: string })[] }> {
  const sent: (Mail & { key: string })[] = [];
  const mailer = {
    async send(mail: Mail, { idempotencyKey: key }: { idempotencyKey: string }) {
      if (mail.to === TYPED) throw new NonRetriableError("The mail server refused the buyer's address: 550");
      sent.push({ ...mail, key });
    },
  };
  shop = openTestShop({ engine, replace: { mailer } });
  const services = await servicesOf(shop, { mailer, ...(engine === "stripe" && { storage: undefined }) });
  return { services, sent };
}

async function order(email: string): Promise<string> {
  const orderId = await shop.openSession("price_ebook_tides");
  shop.stripe.buyer.pay(orderId, { email });
  expect((await shop.notify(orderId)).status).toBe(200);
  return orderId;
}

test.for(["memory", "stripe"] as const)(
  "E52: an address that the buyer mistyped is corrected: the mail goes out, the order is fulfilled, and later mails follow (%s)",
  async (engine) => {
    const { services, sent } = await openShop(engine);
    const orderId = await order(TYPED);
    expect((await services.store.readControl(orderId))?.control.state).toBe("needs_attention");

    expect(await mailTo(orderId, RIGHT, services)).toEqual({ kind: "fulfilled" });
    expect(sent.map(({ to }) => to)).toEqual([RIGHT]);
    // A new key, for a mail service that sends one mail per key.
    expect(sent[0]?.key).toMatch(new RegExp(`^mail/${orderId}/[\\w-]{8}$`));
    expect((await services.store.readControl(orderId))?.control.state).toBe("fulfilled");
    expect(await services.store.readSnapshot(orderId)).toMatchObject({
      mailTo: RIGHT,
      buyer: { email: TYPED },
    });

    const again = await shop.status(orderId);
    expect(again.body).toMatchObject({ wayBack: { kind: "mail", to: "a…" } });
    expect(await mailTo(orderId, "anna@work.example", services)).toEqual({ kind: "fulfilled" });
    expect(sent.map(({ to }) => to)).toEqual([RIGHT, "anna@work.example"]);
  },
);

test.for(["memory", "stripe"] as const)(
  "E52: a mail that went to a stranger is sent again to the right address (%s)",
  async (engine) => {
    const { services, sent } = await openShop(engine);
    const orderId = await order("stranger@gmial.example");
    expect(await mailTo(orderId, RIGHT, services)).toEqual({ kind: "fulfilled" });
    expect(sent.map(({ to }) => to)).toEqual(["stranger@gmial.example", RIGHT]);
    expect((await services.store.readControl(orderId))?.control.steps["mail"]).toEqual({
      state: "done",
      attempts: 1,
    });
  },
);

test("E52: no mail is sent to an invalid address, for an unknown or void order, or without a mail server", async () => {
  const { services, sent } = await openShop("memory");
  const orderId = await order("anna@first.example");
  sent.length = 0;
  await expect(mailTo(orderId, "anna@x.example, eve@x.example", services)).rejects.toThrow(MailToError);
  await expect(mailTo("cs_test_unknown0000", RIGHT, services)).rejects.toThrow("There is no such order yet");
  await expect(mailTo(orderId, RIGHT, { ...services, mailer: undefined })).rejects.toThrow(
    "SMTP_URL is not set",
  );
  const payment = shop.stripe.state().checkoutIntents[orderId]?.paymentIntent ?? "";
  shop.stripe.account.refund(payment);
  await shop.notify(orderId);
  await expect(mailTo(orderId, RIGHT, services)).rejects.toThrow("The order is void");
  expect((await services.store.readSnapshot(orderId))?.mailTo).toBeUndefined();
  expect(sent).toEqual([]);
});
