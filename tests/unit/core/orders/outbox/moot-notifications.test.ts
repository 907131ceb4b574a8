import { afterEach, expect, test } from "vitest";

import { wasGivenUp } from "../../../../../core/notifications/given-up.ts";
import { createDeadline } from "../../../../../core/retry/deadline.ts";
import { settleOrder, type SettleOutcome } from "../../../../../core/orders/settle-order.ts";
import type { SettleTrigger } from "../../../../../core/orders/settle-trigger.ts";
import type { Services } from "../../../../../core/services.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../../support/test-shop.ts";

const HOUR_MS = 3_600_000;
const OWNER = "owner@shop.example";

let shop: TestShop;
let services: Services;
/** A shop whose mails go through one server, the buyer's and the owner's. */
let hasMailServer: boolean;
let notices: string[];
afterEach(() => shop.close());

async function open(): Promise<void> {
  shop = openTestShop();
  hasMailServer = true;
  notices = [];
  const mailer = {
    async send({ to, subject }: { to: string; subject: string }) {
      if (!hasMailServer) throw new Error("421 not now");
      if (to === OWNER) notices.push(subject);
    },
  };
  services = await servicesOf(shop, { mailer }, { OWNER_EMAIL: OWNER });
}

function settle(orderId: string, trigger: SettleTrigger): Promise<SettleOutcome> {
  shop.clock.nowMs += HOUR_MS;
  return settleOrder(
    orderId,
    trigger,
    createDeadline(() => shop.clock.nowMs, 8_000),
    services,
  );
}

async function paidSession(priceId?: string): Promise<string> {
  const sessionId = await shop.openSession(priceId);
  shop.stripe.buyer.pay(sessionId);
  return sessionId;
}

/** A failed renewal that was never reported: the mail server was down. */
async function failedRenewal(): Promise<{ orderId: string; subscription: string }> {
  await open();
  const orderId = await paidSession("price_almanac_monthly");
  await settle(orderId, "checkout");
  const subscription = shop.stripe.state().checkoutIntents[orderId]?.subscription ?? "";
  hasMailServer = false;
  shop.stripe.account.failRenewal(subscription);
  await settle(orderId, "subscription");
  return { orderId, subscription };
}

const outboxOf = async (orderId: string) => (await services.store.readControl(orderId))?.control.news;

test("an order that the owner has fixed is no longer reported as needing attention", async () => {
  await open();
  hasMailServer = false;
  const orderId = await paidSession();
  for (let attempt = 0; attempt < 30; attempt += 1) await settle(orderId, "checkout");
  expect((await outboxOf(orderId))?.attention?.deliveries.mail?.state).toBe("gave_up");

  hasMailServer = true;
  expect(await settle(orderId, "owner")).toEqual({ kind: "fulfilled" });
  expect(notices).toEqual(["[test] New order: €32.00"]);
  expect((await outboxOf(orderId))?.attention?.deliveries.mail?.state).toBe("skipped");
});

test("a renewal that has been paid is no longer reported as failed", async () => {
  const { orderId, subscription } = await failedRenewal();
  expect((await outboxOf(orderId))?.subscription).toMatchObject({ kind: "renewal_failed" });

  hasMailServer = true;
  shop.stripe.account.payOverdueInvoice(subscription);
  expect(await settle(orderId, "subscription")).toEqual({ kind: "fulfilled" });
  expect(notices.slice(1)).toEqual([]);
  expect(await wasGivenUp(services.bookkeeping, shop.clock.nowMs)).toBe(false);
});

test("a message called off after its last attempt was cut short is not reported as given up", async () => {
  const { orderId, subscription } = await failedRenewal();
  const stored = await services.store.readControl(orderId);
  const notification = stored?.control.news?.subscription;
  if (stored === undefined || notification === undefined) throw new Error("there is no notification");
  const cutShort = { ...notification, deliveries: { mail: { state: "started" as const, attempts: 12 } } };
  const control = { ...stored.control, news: { ...stored.control.news, subscription: cutShort } };
  await services.store.writeControl(orderId, stored.version, control);

  shop.stripe.account.payOverdueInvoice(subscription);
  expect(await settle(orderId, "subscription")).toEqual({ kind: "fulfilled" });
  expect((await outboxOf(orderId))?.subscription?.deliveries.mail?.state).toBe("skipped");
  expect(await wasGivenUp(services.bookkeeping, shop.clock.nowMs)).toBe(false);
});
