import { afterEach, expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import { reconcile } from "../../../../core/reconciliation/reconcile.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

/**
 * What Stripe leaves of a session whose owner had it redacted (https://docs.stripe.com/privacy/redaction): it can be read, its
 * personal fields and its metadata say "[redacted]" or are gone, and it cannot be changed any more.
 */
const ERASURES: Readonly<Record<string, (metadata: Record<string, string>) => Record<string, string>>> = {
  "all metadata gone": () => ({}),
  "all metadata replaced": (metadata) =>
    Object.fromEntries(Object.keys(metadata).map((key) => [key, "[redacted]"])),
  "the record replaced": (metadata) =>
    Object.fromEntries(
      Object.entries(metadata).map(([key, value]) => [key, value.startsWith("{") ? "[redacted]" : value]),
    ),
};

let shop: TestShop;
afterEach(() => shop.close());

async function soldAndRedacted(engine: "stripe" | "memory", erase: string): Promise<string> {
  shop = openTestShop({ engine });
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  expect((await shop.notify(orderId)).status).toBe(200);
  const session = shop.stripe.state().checkoutSessions[orderId];
  if (session === undefined) throw new Error("it was opened");
  session.metadata = ERASURES[erase]?.(session.metadata ?? {}) ?? null;
  Object.assign(session.customer_details ?? {}, { email: "[redacted]", name: "[redacted]" });
  shop.stripe.faults.beforeApi = ({ method, url }) =>
    method === "POST" && url.includes(orderId)
      ? Response.json(
          { error: { type: "invalid_request_error", message: "This object has been redacted." } },
          { status: 400 },
        )
      : undefined;
  return orderId;
}

test.for(Object.keys(ERASURES))(
  "E25: an order in Stripe whose session was redacted (%s) ends: 200, no second mail, nothing for reconciliation to do",
  async (erase) => {
    const orderId = await soldAndRedacted("stripe", erase);
    for (const type of ["checkout.session.completed", "checkout.session.async_payment_succeeded"]) {
      const answer = await shop.notify(orderId, type);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        outcome: erase === "all metadata gone" ? "ignored_not_ours" : "ignored_redacted",
      });
    }
    const services = await servicesOf(shop, { storage: undefined });
    const report = await reconcile(
      createDeadline(() => shop.clock.nowMs, 3_600_000),
      services,
    );
    expect(report).toMatchObject({ unfinished: [], incomplete: [], flagged: [], repaired: [] });
    expect((await shop.status(orderId)).status).toBe(404);
    expect(shop.mails).toHaveLength(1);
  },
);

test.for(["all metadata gone", "all metadata replaced"])(
  "E25: an order in a table is still kept up to date after its session was redacted (%s)",
  async (erase) => {
    const orderId = await soldAndRedacted("memory", erase);
    const payment = String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent);
    shop.stripe.account.loseDispute(shop.stripe.account.dispute(payment).id);
    expect((await shop.notify(orderId)).status).toBe(200);
    const services = await servicesOf(shop);
    await reconcile(
      createDeadline(() => shop.clock.nowMs, 3_600_000),
      services,
    );
    expect((await shop.store.readControl(orderId))?.control.mirror).toMatchObject({ dispute: "lost" });
    expect(shop.mails).toHaveLength(1);
  },
);

test("E26: no mail is sent to the placeholder of a buyer whose address was redacted before the mail", async () => {
  shop = openTestShop({ engine: "stripe" });
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  Object.assign(shop.stripe.state().checkoutSessions[orderId]?.customer_details ?? {}, {
    email: "[redacted]",
    name: "[redacted]",
  });
  expect((await shop.notify(orderId)).status).toBe(200);
  expect(shop.mails).toEqual([]);
});

test("E26: what another program writes into the metadata does not make an order a redacted one", async () => {
  shop = openTestShop({ engine: "stripe" });
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  Object.assign(shop.stripe.state().checkoutSessions[orderId]?.metadata ?? {}, { crm: "[redacted]" });
  expect(await (await shop.notify(orderId)).json()).toMatchObject({ outcome: "fulfilled" });
});
