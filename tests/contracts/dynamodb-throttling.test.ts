import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { createDynamodbClient } from "../../core/stores/dynamodb-client.ts";
import { openOrderTable, type OrderTable } from "./order-table.ts";
import { openShopOnTable, type ShopOnTable } from "./shop-on-table.ts";
import { startThrottlingProxy, type ThrottlingProxy } from "./throttling-proxy.ts";

// Retries of throttled requests wait.
vi.setConfig({ testTimeout: 30_000 });

const LEASE_OVER_MS = 46_000;

/** A webhook makes 10 requests; the last two write the trail, which may fail. */
const REQUESTS_BEFORE_THE_TRAIL = 8;

let table: OrderTable;
beforeAll(async () => {
  table = await openOrderTable();
});
afterAll(() => table.close());

/** A shop whose table can be throttled. */
async function withThrottledShop<T>(
  use: (shop: ShopOnTable, proxy: ThrottlingProxy) => Promise<T>,
): Promise<T> {
  const proxy = await startThrottlingProxy(table.config.endpoint ?? "");
  const client = createDynamodbClient({ ...table.config, endpoint: proxy.endpoint });
  const shop = openShopOnTable({ ...table, client });
  try {
    return await use(shop, proxy);
  } finally {
    shop.stripe.close();
    client.destroy();
    await proxy.close();
  }
}

/** Opening the checkout is counted in the table, too, but these tests are about the webhook alone. */
async function paidSession(shop: ShopOnTable, proxy: ThrottlingProxy): Promise<string> {
  const sessionId = await shop.paidSession();
  proxy.countAnew();
  return sessionId;
}

test("A28: a request that is throttled once is retried without a trace", async () => {
  await withThrottledShop(async (shop, proxy) => {
    const sessionId = await paidSession(shop, proxy);
    proxy.throttles = (number) => number === 3;
    expect((await shop.notify(sessionId)).status).toBe(200);
    expect(shop.mails).toHaveLength(1);
    expect(proxy.arrived()).toBe(REQUESTS_BEFORE_THE_TRAIL + 2 + 1);
  });
});

test("A28: a webhook that is throttled for good from any of its requests on answers 503 and leaves the order unfinished; the next one finishes it", async () => {
  const moments = Array.from({ length: REQUESTS_BEFORE_THE_TRAIL }, (_, index) => index);
  await Promise.all(
    moments.map((moment) =>
      withThrottledShop(async (shop, proxy) => {
        const sessionId = await paidSession(shop, proxy);
        proxy.throttles = (number) => number >= moment;
        const refused = await shop.notify(sessionId);
        expect(refused.status, `throttled from request ${moment}`).toBe(503);
        expect(refused.headers.get("Retry-After")).toMatch(/^\d+$/);

        proxy.throttles = () => false;
        const left = await shop.storage.orders.readControl(sessionId);
        if (left !== undefined) expect(left.control.state).toBe("paid");

        shop.clock.aheadMs += LEASE_OVER_MS;
        expect((await shop.notify(sessionId)).status).toBe(200);
        const done = await shop.storage.orders.readControl(sessionId);
        expect(done?.control.state).toBe("fulfilled");
        expect(shop.mails.length).toBeGreaterThanOrEqual(1);
        expect(shop.mails.length).toBeLessThanOrEqual(done?.control.steps["mail"]?.attempts ?? 0);
        expect(new Set(shop.mails.map(({ key }) => key))).toEqual(new Set([`mail/${sessionId}`]));
      }),
    ),
  );
});

test("A28: a trail that cannot be written does not make Stripe retry", async () => {
  await withThrottledShop(async (shop, proxy) => {
    const sessionId = await paidSession(shop, proxy);
    proxy.throttles = (number) => number >= REQUESTS_BEFORE_THE_TRAIL;
    expect((await shop.notify(sessionId)).status).toBe(200);
    proxy.throttles = () => false;
    expect((await shop.storage.orders.readControl(sessionId))?.control.state).toBe("fulfilled");
  });
});
