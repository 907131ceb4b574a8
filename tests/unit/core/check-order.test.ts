import { afterEach, expect, test } from "vitest";

import { PermanentStepError } from "../../../core/fulfillment/step.ts";
import { createDeadline } from "../../../core/orders/deadline.ts";
import type { ControlRecord } from "../../../core/orders/order.ts";
import { UnreadableRecordError } from "../../../core/orders/unreadable-record-error.ts";
import { checkOrder, readTogether } from "../../../core/reconciliation/check-order.ts";
import type { Candidate } from "../../../core/reconciliation/sources.ts";
import type { Kept } from "../../../core/shop.ts";
import { openOwnersShop, OWNER, type OwnersShop } from "../../owners-shop.ts";
import { keepingOf } from "../../test-shop.ts";

let shop: OwnersShop;
let kept: Kept;
afterEach(() => shop.close());

/** An order that is through, of which the owner has heard. */
async function order(priceId: string) {
  shop = openOwnersShop();
  kept = await keep();
  const made = await shop.order(priceId);
  await shop.deliverNew();
  return made;
}

/** What a command of the owner's works with: mails arrive, unless the mail server has a failure to tell. */
function keep(failure?: Error): Promise<Kept> {
  const send = async (): Promise<void> => {
    if (failure !== undefined) throw failure;
  };
  return keepingOf(shop, { mailer: { send }, post: async () => ({ status: 200 }) }, OWNER);
}

/** What reconciliation makes of it. */
async function check(candidate: Candidate, dependencies: Kept = kept) {
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

test("A31: an order whose record says what the list says costs Stripe no call", async () => {
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

test("A31: what Stripe has given back and nobody reported is a repair; a look that finds nothing new is none", async () => {
  const { orderId } = await order("price_app_license");
  const payment = Object.keys(shop.stripe.state().paymentIntents)[0] ?? "";
  shop.stripe.account.refund(payment, 300);
  expect((await check({ orderId, trigger: "refund", refundedMinor: 300 })).findings).toEqual(["repaired"]);
  expect((await check({ orderId, trigger: "refund", refundedMinor: 299 })).findings).toEqual([]);
});

test("A31: an order that nobody had heard of is found and made", async () => {
  shop = openOwnersShop();
  kept = await keep();
  const orderId = await shop.openSession("price_app_license");
  expect((await check({ orderId, trigger: "checkout" })).findings).toEqual([]);
  shop.stripe.buyer.pay(orderId);
  expect((await check({ orderId, trigger: "checkout" })).findings).toEqual(["repaired"]);
});

test("A31: what waits for its next try is left until then, and tried then", async () => {
  const { orderId } = await order("price_app_license");
  const nextTryMs = shop.clock.nowMs + 60_000;
  await rewrite(orderId, (control) => ({ ...owing(control), nextTryMs }));
  expect(await check({ orderId, trigger: "reconciliation" })).toEqual({ findings: [], calls: 0 });
  shop.clock.nowMs += 60_000;
  expect((await check({ orderId, trigger: "reconciliation" })).findings).toEqual(["repaired"]);
});

test("A32: an order that somebody else is at, or that cannot be looked at, is unfinished", async () => {
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

test("A30: an order that waits for the owner stands on the report, whatever came of this look", async () => {
  const { orderId } = await order("price_app_license");
  await rewrite(orderId, (control) => ({ ...control, state: "needs_attention" }));
  expect((await check({ orderId, trigger: "reconciliation" })).findings).toContain("flagged");
});

test("A30: an order whose record nobody can read waits for the owner, and holds up no later run", async () => {
  const { orderId } = await order("price_app_license");
  const store = {
    ...kept.store,
    readControl: () => Promise.reject(new UnreadableRecordError("The record cannot be read.")),
  };
  const { findings } = await check({ orderId, trigger: "refund" }, { ...kept, store });
  expect(findings).toEqual(["flagged"]);
});

test("A30: an order that is given up at this look stands on its report", async () => {
  shop = openOwnersShop();
  kept = await keep(new PermanentStepError("550 no such mailbox"));
  const orderId = await shop.openSession("price_app_license");
  shop.stripe.buyer.pay(orderId);
  expect((await check({ orderId, trigger: "checkout" })).findings).toEqual(["flagged"]);
});
