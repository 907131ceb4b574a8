import { afterEach, expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import type { OrderState } from "../../../../core/orders/order.ts";
import { reconcile, type ReconcileReport } from "../../../../core/reconciliation/reconcile.ts";
import type { Services } from "../../../../core/services.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ENGINES = ["memory", "stripe"] as const;

let shop: TestShop;
let services: Services;
let hasMailServer: boolean;
afterEach(() => shop.close());

async function open(engine: (typeof ENGINES)[number], delayedPaymentMs: number): Promise<void> {
  hasMailServer = true;
  shop = openTestShop({ engine, delayedPaymentMs });
  const mailer = {
    async send() {
      if (!hasMailServer) throw new Error("421 not now");
    },
  };
  services = await servicesOf(shop, { mailer, ...(engine === "stripe" && { storage: undefined }) });
}

const run = (): Promise<ReconcileReport> =>
  reconcile(
    createDeadline(() => shop.clock.nowMs, HOUR_MS),
    services,
  );

async function runDaily(days: number): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    shop.clock.nowMs += DAY_MS;
    await run();
  }
}

async function openDebit(delayed: "succeeds" | "fails" = "succeeds"): Promise<string> {
  const orderId = await shop.openSession("price_print_deposit");
  shop.stripe.buyer.pay(orderId, { delayed });
  return orderId;
}

const stateOf = async (orderId: string): Promise<OrderState | undefined> =>
  (await services.store.readControl(orderId))?.control.state;

test.for(ENGINES)(
  "B01 A33: on the engine %s a debit that is paid after three weeks is found without any event",
  async (engine) => {
    await open(engine, 21 * DAY_MS);
    const orderId = await openDebit();
    await runDaily(20);
    expect(await stateOf(orderId)).toBe("awaiting_payment");
    shop.stripe.account.setLostEvents("all");
    await runDaily(2);
    expect(await stateOf(orderId)).toBe("fulfilled");
  },
);

test.for(ENGINES)(
  "B01 A30: on the engine %s an order that was paid after three weeks is tried until its owner is asked",
  async (engine) => {
    await open(engine, 21 * DAY_MS);
    const orderId = await openDebit();
    shop.stripe.account.setLostEvents("all");
    hasMailServer = false;
    await runDaily(35);
    expect(await stateOf(orderId)).toBe("needs_attention");
    expect((await run()).flagged).toEqual([orderId]);
  },
);

test.for([
  ["memory", "succeeds", "fulfilled"],
  ["stripe", "succeeds", "fulfilled"],
  ["memory", "fails", "payment_failed"],
  ["stripe", "fails", "payment_failed"],
] as const)(
  "B01 B02 A31: on the engine %s a debit that %s after two months is found although the endpoint was never asked to report it",
  async ([engine, delayed, state]) => {
    await open(engine, 60 * DAY_MS);
    const orderId = await openDebit(delayed);
    await shop.notify(orderId);
    await runDaily(59);
    expect(await stateOf(orderId)).toBe("awaiting_payment");
    await runDaily(2);
    expect(await stateOf(orderId)).toBe(state);
  },
);

test.for(ENGINES)(
  "A31: on the engine %s debits that were delivered and fulfilled cost the run no time",
  async (engine) => {
    await open(engine, DAY_MS);
    await run();
    for (let debit = 0; debit < 5; debit += 1) {
      const orderId = await openDebit();
      await shop.notify(orderId);
      shop.stripe.account.settleDelayed(orderId);
      await shop.notify(orderId, "checkout.session.async_payment_succeeded");
      await run();
    }
    const before = shop.stripe.calls().length;
    expect(await run()).toMatchObject({ repaired: [], incomplete: [] });
    const looks = shop.stripe.calls().slice(before);
    const perOrder = looks.filter(({ path }) => path.startsWith("/v1/checkout/sessions/cs_")).length / 5;
    // With the records in Stripe, reading one is a call, too.
    expect(perOrder).toBe(engine === "stripe" ? 1 : 0);
  },
);

test.for(ENGINES)(
  "A32: on the engine %s the first run after a month finds an unreported order",
  async (engine) => {
    await open(engine, DAY_MS);
    await run();
    const orderId = await shop.openSession();
    shop.stripe.account.setLostEvents("all");
    shop.stripe.buyer.pay(orderId);
    shop.clock.nowMs += 29 * DAY_MS;
    expect((await run()).repaired).toEqual([orderId]);
    expect(await stateOf(orderId)).toBe("fulfilled");
  },
);
