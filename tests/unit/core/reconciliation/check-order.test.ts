import { afterEach, expect, test } from "vitest";

import { NonRetriableError } from "../../../../core/retry/errors.ts";
import { createDeadline } from "../../../../core/retry/deadline.ts";
import type { ControlRecord } from "../../../../core/orders/order.ts";
import { UnreadableRecordError } from "../../../../core/orders/unreadable-record-error.ts";
import { checkOrder, readTogether } from "../../../../core/reconciliation/check-order.ts";
import type { Candidate } from "../../../../core/reconciliation/source.ts";
import type { Services } from "../../../../core/services.ts";
import { openOwnersShop, OWNER, type OwnersShop } from "../../../support/owners-shop.ts";
import { servicesOf } from "../../../support/test-shop.ts";

let shop: OwnersShop;
let services: Services;
afterEach(() => shop.close());

/** An order that is fulfilled and whose owner has been told. */
async function order(priceId: string) {
  shop = openOwnersShop();
  services = await keep();
  const made = await shop.order(priceId);
  await shop.deliverNew();
  return made;
}

/** What an owner's command works with. Mails arrive, unless a failure is given. */
function keep(failure?: Error): Promise<Services> {
  const send = async (): Promise<void> => {
    if (failure !== undefined) throw failure;
  };
  return servicesOf(shop, { mailer: { send }, post: async () => ({ status: 200 }) }, OWNER);
}

/** What reconciliation finds out about it. */
async function check(candidate: Candidate, dependencies: Services = services) {
  const calls = shop.stripe.calls().length;
  const findings = await checkOrder(
    candidate,
    readTogether([candidate.orderId], dependencies),
    createDeadline(() => shop.clock.nowMs, 60_000),
    dependencies,
  );
  return { findings, calls: shop.stripe.calls().length - calls };
}

async function rewrite(orderId: string, change: (control: ControlRecord) => ControlRecord): Promise<void> {
  const stored = await shop.store.readControl(orderId);
  if (stored === undefined) throw new Error("there is no order");
  const control = { ...change(stored.control), writeId: "by-hand" };
  expect(await shop.store.writeControl(orderId, stored.version, control)).not.toBe("conflict");
}

const OWED = {
  refund: { kind: "refunded", count: 1, deliveries: { mail: { state: "todo", attempts: 0 } } },
} as const;
const owing = (control: ControlRecord): ControlRecord => ({
  ...control,
  v: control.v === 3 ? 3 : 2,
  news: { ...control.news, ...OWED },
});

test("A31: an order whose record agrees with the list costs no call to Stripe", async () => {
  const { orderId } = await order("price_almanac_monthly");
  for (const candidate of [
    { orderId, trigger: "subscription", subscription: "active" },
    { orderId, trigger: "refund", refundedMinor: 0 },
    { orderId, trigger: "checkout" },
    { orderId, trigger: "reconciliation" },
  ] as const) {
    expect(await check(candidate)).toEqual({ findings: [], calls: 0 });
  }
});

test.for([
  { trigger: "subscription", subscription: "active" },
  { trigger: "refund", refundedMinor: 0 },
  { trigger: "checkout" },
] as const)(
  "A31: an order that agrees with the list (%j) and still owes the owner a message is repaired",
  async (listed) => {
    const { orderId } = await order("price_almanac_monthly");
    await rewrite(orderId, owing);
    expect((await check({ orderId, ...listed })).findings).toEqual(["repaired"]);
    const stored = await shop.store.readControl(orderId);
    expect(stored?.control.news?.refund?.deliveries.mail?.state).toBe("done");
  },
);

test("A31: finding an unreported refund is a repair; finding nothing new is not", async () => {
  const { orderId } = await order("price_app_license");
  const payment = Object.keys(shop.stripe.state().paymentIntents)[0] ?? "";
  shop.stripe.account.refund(payment, 300);
  expect((await check({ orderId, trigger: "refund", refundedMinor: 300 })).findings).toEqual(["repaired"]);
  expect((await check({ orderId, trigger: "refund", refundedMinor: 299 })).findings).toEqual([]);
});

test("A31: an unknown order is found and created", async () => {
  shop = openOwnersShop();
  services = await keep();
  const orderId = await shop.openSession("price_app_license");
  expect((await check({ orderId, trigger: "checkout" })).findings).toEqual([]);
  shop.stripe.buyer.pay(orderId);
  expect((await check({ orderId, trigger: "checkout" })).findings).toEqual(["repaired"]);
});

test("A31: an order that waits for its next try is tried when that is due, not before", async () => {
  const { orderId } = await order("price_app_license");
  const nextTryMs = shop.clock.nowMs + 60_000;
  await rewrite(orderId, (control) => ({ ...owing(control), nextTryMs }));
  expect(await check({ orderId, trigger: "reconciliation" })).toEqual({ findings: [], calls: 0 });
  shop.clock.nowMs += 60_000;
  expect((await check({ orderId, trigger: "reconciliation" })).findings).toEqual(["repaired"]);
});

test("A32: an order that is busy or cannot be read is unfinished", async () => {
  const { orderId } = await order("price_app_license");
  const untilMs = shop.clock.nowMs + 60_000;
  await rewrite(orderId, (control) => ({ ...owing(control), lease: { owner: "another", untilMs } }));
  expect((await check({ orderId, trigger: "refund" })).findings).toEqual(["unfinished"]);

  shop.stripe.faults.beforeApi = () => Response.error();
  expect((await check({ orderId, trigger: "refund" })).findings).toEqual(["unfinished"]);
});

test("A32: an order whose message failed is unfinished", async () => {
  const { orderId } = await order("price_app_license");
  await rewrite(orderId, owing);
  expect(
    (await check({ orderId, trigger: "refund" }, await keep(new Error("421 try again later")))).findings,
  ).toEqual(["unfinished"]);
});

test("A30: an order that waits for the owner is in the report, whatever this look found", async () => {
  const { orderId } = await order("price_app_license");
  await rewrite(orderId, (control) => ({ ...control, state: "needs_attention" }));
  expect((await check({ orderId, trigger: "reconciliation" })).findings).toContain("flagged");
});

test("A30: an order with an unreadable record waits for the owner, and holds up no later run", async () => {
  const { orderId } = await order("price_app_license");
  const store = {
    ...services.store,
    readControl: () => Promise.reject(new UnreadableRecordError("The record cannot be read.")),
  };
  const { findings } = await check({ orderId, trigger: "refund" }, { ...services, store });
  expect(findings).toEqual(["flagged"]);
});

test("A30: an order that is given up at this look is in its report", async () => {
  shop = openOwnersShop();
  services = await keep(new NonRetriableError("550 no such mailbox"));
  const orderId = await shop.openSession("price_app_license");
  shop.stripe.buyer.pay(orderId);
  expect((await check({ orderId, trigger: "checkout" })).findings).toEqual(["flagged"]);
});
