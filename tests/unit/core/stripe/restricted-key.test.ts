import { readFile } from "node:fs/promises";

import { afterEach, expect, test } from "vitest";

import { createStripeClient } from "../../../../core/stripe/client.ts";
import type { Permission } from "../../../../simulator/api/permissions.ts";
import { CANARY_KEYS } from "../../../support/canaries.ts";
import { purchase } from "../../../support/purchase.ts";
import { REQUIRED_PERMISSIONS } from "../../../support/required-permissions.ts";
import { realRuntime } from "../../../../core/runtime.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
afterEach(() => shop.close());

const RESTRICTED = {
  secretKey: CANARY_KEYS.restricted,
  webhookSecrets: [],
  livemode: false,
  apiBase: undefined,
};

/**
 * Everything that a shop asks of Stripe in its life, with a key limited to `permissions`. Resolves to the permissions that Stripe
 * found missing, and to the routes that answered with a server error.
 */
async function lifeOfAShop(
  permissions: readonly Permission[],
  engine: "stripe" | "memory",
): Promise<{ missed: string[]; failures: string[] }> {
  shop = openTestShop({ engine, permissions });
  const missed = new Set<string>();
  shop.stripe.faults.afterApi = async (_request, response) => {
    if (response.status === 403) missed.add(/'rak_(\w+)'/.exec(await response.text())?.[1] ?? "unknown");
    return undefined;
  };
  const failures: string[] = [];
  const expectToWork = (what: string, status: number): void => {
    if (status >= 500) failures.push(`${what}: ${status}`);
  };
  const notify = async (objectId: string, type: string): Promise<void> =>
    expectToWork(type, (await shop.notify(objectId, type)).status);
  const look = async (sessionId: string): Promise<void> => {
    shop.clock.nowMs += 5_000;
    expectToWork("order-status", (await shop.status(sessionId)).status);
  };

  for (const priceId of ["price_poster_a2", "price_almanac_monthly"]) {
    const sessionId = (await shop.openSession(priceId)) as string | undefined;
    if (sessionId === undefined) {
      failures.push("create-checkout-session");
      continue;
    }
    await look(sessionId);
    shop.stripe.buyer.pay(sessionId);
    await notify(sessionId, "checkout.session.completed");
    await look(sessionId);
    const { checkoutSessions, invoices } = shop.stripe.state();
    const session = checkoutSessions[sessionId];
    if (session?.subscription) {
      await notify(session.subscription, "customer.subscription.updated");
      for (const invoiceId of Object.keys(invoices)) await notify(invoiceId, "invoice.paid");
    }
  }
  for (const { payment_intent: paymentIntent, id } of Object.values(shop.stripe.state().charges)) {
    const refund = shop.stripe.account.refund(String(paymentIntent), 100);
    await notify(refund.id, "refund.created");
    await notify(id, "charge.refunded");
    const dispute = shop.stripe.account.dispute(String(paymentIntent));
    await notify(dispute.id, "charge.dispute.created");
  }
  const tick = new Request("https://shop.example/api/reconcile", { method: "POST" });
  expectToWork("reconcile", (await shop.app.scheduledReconcile(tick)).status);
  expectToWork("health", (await shop.app.health(new Request("https://shop.example/api/health"))).status);

  // `npm run replay` asks for one event; the other commands do what the routes do.
  const client = createStripeClient(RESTRICTED, { ...realRuntime(), fetch: shop.stripe.fetch });
  const [eventId = ""] = Object.keys(shop.stripe.state().events);
  await client.events.retrieve(eventId).catch(() => failures.push("replay"));
  return { missed: [...missed], failures };
}

for (const engine of ["stripe", "memory"] as const) {
  test(`a restricted key with the permissions of the README is enough for all that a shop does (${engine} engine)`, async () => {
    expect(await lifeOfAShop(REQUIRED_PERMISSIONS, engine)).toEqual({ missed: [], failures: [] });
  });
}

test.for(REQUIRED_PERMISSIONS)("without %s a shop does not work", async (permission) => {
  const others = REQUIRED_PERMISSIONS.filter((other) => other !== permission);
  const { missed, failures } = await lifeOfAShop(others, "stripe");
  expect(missed.map((name) => name.replace(/_read$|_write$/, ""))).toContain(
    permission.replace(/_read$|_write$/, ""),
  );
  expect(failures).not.toEqual([]);
});

test.for(REQUIRED_PERMISSIONS.filter((permission) => permission.endsWith("_write")))(
  "read access is not enough where the README says %s",
  async (permission) => {
    const weaker = REQUIRED_PERMISSIONS.map((other) =>
      other === permission ? (other.replace(/_write$/, "_read") as Permission) : other,
    );
    expect((await lifeOfAShop(weaker, "stripe")).missed).toEqual([permission]);
  },
);

test("B09: the key that the README asks for cannot start a refund, however often one is tried", async () => {
  shop = openTestShop({ permissions: REQUIRED_PERMISSIONS });
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  const payment_intent = String(shop.stripe.state().checkoutSessions[sessionId]?.payment_intent);
  const client = createStripeClient(RESTRICTED, { ...realRuntime(), fetch: shop.stripe.fetch });
  const refunds = Array.from({ length: 8 }, () => client.refunds.create({ payment_intent }));
  for (const { status } of await Promise.allSettled(refunds)) expect(status).toBe("rejected");
  await expect(client.refunds.create({ payment_intent })).rejects.toMatchObject({ statusCode: 403 });
  expect(shop.stripe.state().refunds).toEqual({});
});

test("a key that lacks a permission closes the shop with a sentence that names it, and no buyer reads it", async () => {
  shop = openTestShop({ permissions: REQUIRED_PERMISSIONS.filter((name) => name !== "plan_read") });
  const response = await shop.app.createCheckoutSession(purchase());
  expect(response.status).toBe(500);
  expect(await response.text()).not.toMatch(/permission|plan|rak_|rk_/);
  expect(shop.log).toContainEqual(
    expect.objectContaining({ event: "stripe_key_refused", permission: "rak_plan_read" }),
  );
  expect(JSON.stringify(shop.log)).not.toContain(CANARY_KEYS.restricted);
});

test("the README's table and its link name exactly these permissions", async () => {
  const readme = await readFile(new URL("../../../../README.md", import.meta.url), "utf8");
  const [link = ""] = readme.match(/https:\/\/dashboard\.stripe\.com\/apikeys\/create\?[^)\s]*/) ?? [];
  const inLink = [...new URL(link).searchParams].flatMap(([name, value]) =>
    name.startsWith("permissions") ? value : [],
  );
  expect(inLink).toEqual(REQUIRED_PERMISSIONS.map((permission) => `rak_${permission}`));
  const rows = [...readme.matchAll(/^\| [\w ]+ \| (?:Read|Write) \| `rak_(\w+)` \|/gm)].map(
    ([, name]) => name,
  );
  expect(rows).toEqual(REQUIRED_PERMISSIONS);
});
