import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { createStripeStorage } from "../../core/stores/stripe-storage.ts";
import { bookkeepingContract } from "./bookkeeping.ts";
import { eventLogContract } from "./event-log.ts";
import { control, orderStoreContract } from "./order-store.ts";
import { identityOf } from "../support/shop-identity.ts";
import { openStripeAccount } from "./stripe-account.ts";

vi.setConfig({ testTimeout: 60_000 });

const account = await openStripeAccount(process.env);
const { stripe, simulated } = account;
const now = (): number => simulated?.clock.nowMs ?? Date.now();
const engine = createStripeStorage(stripe, { livemode: false, identity: identityOf(account.shopId), now });
const store = engine.orders;
const notes: string[] = [];

const NO_COMPLETED_SESSION = "no API completes a session; see STRIPE_CONTRACT_SESSION in stripe-account.ts";

beforeAll(() => console.log(`Contract of the Stripe engine against ${account.name}`));
afterAll(async () => {
  if (notes.length > 0) {
    const metadata = Object.fromEntries(notes.map((name) => [name, ""]));
    await stripe.products.update(`static_checkout_bookkeeping_${account.shopId}`, { metadata });
  }
  account.close();
});

/** Metadata of an open session behaves like that of a completed one, as `stripe-promises.test.ts` shows. */
const newOrderId = async (): Promise<string> =>
  simulated === undefined ? account.openSession() : completedSession();

async function completedSession(): Promise<string> {
  const id = await account.completedSession();
  if (id === undefined) throw new Error(NO_COMPLETED_SESSION);
  return id;
}

eventLogContract(() => ({
  events: engine.events,
  ...(simulated === undefined && { cannotDeliver: "no API delivers an event" }),
  async deliver() {
    if (simulated === undefined) throw new Error("no API delivers an event");
    simulated.clock.nowMs += 60_000;
    await completedSession();
    await simulated.stripe.deliveriesSettled();
    return Math.floor(simulated.clock.nowMs / 1_000) * 1_000;
  },
}));

orderStoreContract(() => ({
  store,
  newOrderId,
  keepsSnapshots: false,
  keepsHistory: false,
  ...(simulated === undefined && { cannotListOpen: NO_COMPLETED_SESSION }),
}));

bookkeepingContract(
  () => engine.bookkeeping,
  (name) => notes.push(name),
);

test("the snapshot is read from the completed session", async ({ skip }) => {
  const orderId = await account.completedSession();
  if (orderId === undefined) return skip(NO_COMPLETED_SESSION);
  const snapshot = await store.readSnapshot(orderId);
  expect(snapshot).toMatchObject({ orderId, livemode: false });
  expect(snapshot?.items.length).toBeGreaterThan(0);
  expect(snapshot?.buyer.email).toContain("@");
  if (simulated === undefined) return;
  expect(snapshot).toMatchObject({
    items: [{ priceId: "price_poster_a2", quantity: 1, amountMinor: 3200 }],
    buyer: { email: "buyer@example.com" },
  });
});

test("an unpaid session has no snapshot", async () => {
  expect(await store.readSnapshot(await account.openSession())).toBeUndefined();
});

test("the marker beside the record stays", async () => {
  const orderId = await newOrderId();
  await store.writeControl(orderId, 0, control("w"));
  expect((await stripe.checkout.sessions.retrieve(orderId)).metadata).toMatchObject({
    static_checkout: account.shopId,
  });
});

test("E16: a record of a newer format is refused and not overwritten", async () => {
  const orderId = await newOrderId();
  const newer = { static_checkout_order: JSON.stringify({ v: 4, n: 4, w: "w", s: "shipped" }) };
  await stripe.checkout.sessions.update(orderId, { metadata: newer });
  await expect(store.readControl(orderId)).rejects.toThrow(/deploy the newest version/);
  expect((await stripe.checkout.sessions.retrieve(orderId)).metadata).toMatchObject(newer);
});
