import { afterEach, beforeEach, expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import { reconcile } from "../../../../core/reconciliation/reconcile.ts";
import { listEvents } from "../../../../core/stripe/list-events.ts";
import { ORDER_EVENTS, type EventMeaning } from "../../../../core/webhook/event-types.ts";
import { servicesOf, openTestShop, type TestShop } from "../../../support/test-shop.ts";

const PAYMENT = ["payment_intent.created", "payment_intent.succeeded", "charge.succeeded"];
const COMPLETED = "checkout.session.completed";
const filler = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `nothing.like_it_${index}`);

let shop: TestShop;
beforeEach(() => {
  shop = openTestShop({ engine: "stripe" });
});
afterEach(() => shop.close());

async function sell(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    shop.stripe.buyer.pay(await shop.openSession());
    shop.clock.nowMs += 500;
  }
}

/** All events of these types, as Stripe lists them in one call. */
async function inOneCall(types: readonly string[]): Promise<string[]> {
  const { stripe } = await servicesOf(shop, { storage: undefined });
  const found: string[] = [];
  for await (const { id } of stripe.events.list({ types: [...types], limit: 100 })) found.push(id);
  return found;
}

async function listed(
  types: readonly string[],
  after?: string,
  most = Infinity,
): Promise<{ ids: string[]; cursor: string }> {
  const { stripe } = await servicesOf(shop, { storage: undefined });
  const ids: string[] = [];
  let cursor = after ?? "";
  for await (const one of listEvents(stripe, types, { limit: 3, after })) {
    ids.push(one.event.id);
    cursor = one.cursor;
    if (ids.length >= most) break;
  }
  return { ids, cursor };
}

test("E24: events of more than 20 types are listed by several calls, newest first, each once", async () => {
  await sell(8);
  const types = [COMPLETED, ...filler(19), ...PAYMENT, ...filler(30)];
  const { ids } = await listed(types);
  expect(ids.toSorted()).toEqual((await inOneCall([COMPLETED, ...PAYMENT])).toSorted());
  const { events } = shop.stripe.state();
  const times = ids.map((id) => events[id]?.created ?? 0);
  expect(times).toEqual(times.toSorted((one, other) => other - one));
  for (const { path, parameters } of shop.stripe.calls().filter((call) => call.path === "/v1/events")) {
    expect(Object.keys((parameters as { types?: object }).types ?? {}).length, path).toBeLessThanOrEqual(20);
  }
});

test("E24: such a list goes on without a gap wherever it was left, even within one second", async () => {
  await sell(6);
  const types = [COMPLETED, ...filler(19), ...PAYMENT];
  const all = (await listed(types)).ids;
  for (let most = 1; most < all.length; most += 1) {
    const first = await listed(types, undefined, most);
    const rest = await listed(types, first.cursor);
    expect([...first.ids, ...rest.ids].toSorted()).toEqual(all.toSorted());
  }
});

test("E24: up to 20 types are one list, and its place is the event's own id, as earlier versions wrote it", async () => {
  await sell(2);
  const { ids, cursor } = await listed([COMPLETED, ...filler(19)], undefined, 1);
  expect(cursor).toBe(ids[0]);
});

test("E24: a twenty-first type can be added: reconciliation and health still read Stripe's events", async () => {
  const types = ORDER_EVENTS as Map<string, EventMeaning>;
  const added = ["invoice.voided", "charge.refund.updated", ...filler(20)];
  for (const type of added) types.set(type, { about: "invoice", trigger: "subscription" });
  try {
    await sell(1);
    const services = await servicesOf(shop, { storage: undefined });
    const report = await reconcile(
      createDeadline(() => shop.clock.nowMs, 3_600_000),
      services,
    );
    expect(report).toMatchObject({ incomplete: [], repaired: [expect.stringMatching(/^cs_/)] });
    expect(await services.storage.events.lastDeliveryMs()).toBeGreaterThan(0);
  } finally {
    for (const type of added) types.delete(type);
  }
});
