import { afterAll, afterEach, expect, test } from "vitest";

import { createStripeStorage } from "../../core/stores/stripe-storage.ts";
import { control, openOrders } from "./order-store.ts";
import { identityOf } from "../support/shop-identity.ts";
import { openStripeAccount } from "./stripe-account.ts";

/** The Stripe engine while Stripe fails, forgets or holds much, which only the simulated Stripe does on request. */
const account = await openStripeAccount({});
const { stripe, simulated } = account;
if (simulated === undefined) throw new Error("without a key the account is simulated");
const { faults } = simulated.stripe;
const {
  orders: store,
  bookkeeping,
  events,
} = createStripeStorage(stripe, {
  livemode: false,
  identity: identityOf(account.shopId),
  now: () => simulated.clock.nowMs,
});

const storedFailure = (): Response =>
  Response.json({ error: { type: "api_error", message: "boom" } }, { status: 500 });

afterEach(() => {
  faults.duringApi = undefined;
  faults.afterApi = undefined;
});
afterAll(() => account.close());

async function newOrderId(): Promise<string> {
  const id = await account.completedSession();
  if (id === undefined) throw new Error("a simulated session can be paid");
  return id;
}

test("a writer skips a version under which Stripe stored a failure of its own", async () => {
  const orderId = await newOrderId();
  let failures = 1;
  faults.duringApi = () => (failures-- > 0 ? storedFailure() : undefined);
  expect(await store.writeControl(orderId, 0, control("a"))).toEqual({ version: 2 });
  faults.duringApi = undefined;
  expect(await store.readControl(orderId)).toMatchObject({ version: 2, control: { writeId: "a" } });
  expect(await store.writeControl(orderId, 0, control("b"))).toBe("conflict");
  expect(await store.writeControl(orderId, 2, control("c"))).toEqual({ version: 3 });
});

test("a stored failure that Stripe asks not to retry is repeated by the store, and then skipped, without a crash in between", async () => {
  const orderId = await newOrderId();
  let failures = 1;
  faults.duringApi = () => {
    if (failures-- <= 0) return undefined;
    const response = storedFailure();
    // What Stripe sends with most of its 500s; the SDK then does not repeat the request by itself.
    response.headers.set("stripe-should-retry", "false");
    return response;
  };
  expect(await store.writeControl(orderId, 0, control("a"))).toEqual({ version: 2 });
});

test("A25: another program's metadata is not read as an order", async () => {
  const session = await stripe.checkout.sessions.create({
    mode: "payment",
    line_items: [{ price: "price_poster_a2", quantity: 1 }],
    success_url: "https://elsewhere.example/",
    metadata: { order: "1234", static_checkout_order: "hello" },
  });
  expect(await store.readControl(session.id)).toBeUndefined();
});

test("such a version conflicts for other writers, and nothing is lost", async () => {
  const orderId = await newOrderId();
  faults.duringApi = storedFailure;
  await expect(store.writeControl(orderId, 0, control("a"))).rejects.toThrow(/failed to write 3 versions/);
  faults.duringApi = undefined;
  expect(await store.writeControl(orderId, 0, control("b"))).toBe("conflict");
  expect(await store.readControl(orderId)).toBeUndefined();
});

test("A12: a write whose reply was lost is made once: the SDK's retry is answered from Stripe's memory", async () => {
  const orderId = await newOrderId();
  let losses = 1;
  faults.afterApi = () => (losses-- > 0 ? Response.error() : undefined);
  expect(await store.writeControl(orderId, 0, control("a"))).toEqual({ version: 1 });
  faults.afterApi = undefined;
  expect(await store.readControl(orderId)).toMatchObject({ version: 1, control: { writeId: "a" } });
});

test("while another write of the same version is under way, a write conflicts", async () => {
  const orderId = await newOrderId();
  let proceed = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    proceed = resolve;
  });
  let calls = 0;
  const firstIsInside = new Promise<void>((resolve) => {
    faults.duringApi = async () => {
      calls += 1;
      if (calls > 1) return undefined;
      resolve();
      await held;
      return undefined;
    };
  });
  const first = store.writeControl(orderId, 0, control("first"));
  await firstIsInside;
  expect(await store.writeControl(orderId, 0, control("second"))).toBe("conflict");
  proceed();
  expect(await first).toEqual({ version: 1 });
  expect((await store.readControl(orderId))?.control.writeId).toBe("first");
});

test("A10: an instance that was frozen until Stripe forgot the keys does not overwrite what others wrote since", async () => {
  const orderId = await newOrderId();
  await store.readControl(orderId);
  const other = createStripeStorage(stripe, {
    livemode: false,
    identity: identityOf(account.shopId),
    now: () => simulated.clock.nowMs,
  });
  await other.orders.writeControl(orderId, 0, control("other"));
  simulated.clock.nowMs += 25 * 3_600_000;
  expect(await store.writeControl(orderId, 0, control("late"))).toBe("conflict");
  expect(await store.readControl(orderId)).toMatchObject({ version: 1, control: { writeId: "other" } });
});

test("of two writers one still writes a record whose keys Stripe has forgotten", async () => {
  const orderId = await newOrderId();
  await store.writeControl(orderId, 0, control("old"));
  simulated.clock.nowMs += 25 * 3_600_000;
  await store.readControl(orderId);
  const results = await Promise.all([
    store.writeControl(orderId, 1, control("a")),
    store.writeControl(orderId, 1, control("b")),
  ]);
  expect(results.filter((result) => result === "conflict")).toHaveLength(1);
  expect(await store.readControl(orderId)).toMatchObject({ version: 2 });
});

test("A34: a worklist of 230 orders is longer than two pages and is listed to its end", async () => {
  const ids: string[] = [];
  for (let index = 0; index < 230; index += 1) ids.push(await newOrderId());
  const listed = new Set(await openOrders(store));
  expect(ids.filter((orderId) => !listed.has(orderId))).toEqual([]);
});

test("A25: sales of another product on the account are not in the worklist", async () => {
  const { metadata: _, ...parameters } = account.sessionParameters;
  const { id } = await stripe.checkout.sessions.create(parameters);
  simulated.stripe.buyer.pay(id);
  expect(await openOrders(store)).not.toContain(id);
});

test("a note under whose version Stripe stored a failure of its own is written under the next one", async () => {
  expect(await bookkeeping.write("spoilt", 0, "one")).toBe("written");
  let failures = 1;
  faults.duringApi = ({ method }) => (method === "POST" && failures-- > 0 ? storedFailure() : undefined);
  expect(await bookkeeping.write("spoilt", 1, "two")).toBe("written");
  faults.duringApi = undefined;
  const note = await bookkeeping.read("spoilt");
  expect(note?.text).toBe("two");
  expect(await bookkeeping.write("spoilt", note?.version ?? 0, "three")).toBe("written");
});

test("E17: a note that the shop writes for itself is not a sign of life of its webhook", async () => {
  await newOrderId();
  await simulated.stripe.deliveriesSettled();
  const before = await events.lastDeliveryMs();
  simulated.clock.nowMs += 3_600_000;
  await bookkeeping.write("heartbeat", 0, "1");
  await simulated.stripe.deliveriesSettled();
  expect(await events.lastDeliveryMs()).toBe(before);
});
