import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createStripeClient } from "../../core/stripe/client.ts";
import { createStripeOrderStore } from "../../core/stores/stripe-order-store.ts";
import catalog from "../../simulator/catalog.json" with { type: "json" };
import { parseCatalog } from "../../simulator/catalog.ts";
import { createSimulatedStripe } from "../../simulator/simulated-stripe.ts";
import { orderStoreContract } from "./order-store.ts";

const simulated = createSimulatedStripe({
  catalog: parseCatalog(catalog),
  publicUrl: "https://checkout.stripe.com",
});
const network = setupServer(...simulated.handlers);
const config = { secretKey: "sk_test_simulated", webhookSecrets: [], livemode: false, apiBase: undefined };
const stripe = createStripeClient(config, (input, init) => globalThis.fetch(input, init));
const store = createStripeOrderStore(stripe, false, Date.now);

beforeAll(() => network.listen({ onUnhandledFrame: "error" }));
afterAll(() => {
  network.close();
  simulated.close();
});

async function newOrderId(): Promise<string> {
  const { id } = await stripe.checkout.sessions.create({
    mode: "payment",
    line_items: [{ price: "price_poster_a2", quantity: 1 }],
    success_url: "https://shop.example/",
    metadata: { static_checkout: "1" },
  });
  simulated.buyer.pay(id, { email: "buyer@example.com" });
  return id;
}

orderStoreContract(() => ({ store, newOrderId, keepsSnapshots: false }));

test("the snapshot is read from the completed session", async () => {
  const orderId = await newOrderId();
  expect(await store.readSnapshot(orderId)).toMatchObject({
    orderId,
    items: [{ priceId: "price_poster_a2", quantity: 1, amountMinor: 3200 }],
    buyer: { email: "buyer@example.com" },
  });
});

test("the marker beside the record stays", async () => {
  const orderId = await newOrderId();
  await store.writeControl(orderId, 0, {
    v: 1,
    writeId: "w",
    state: "paid",
    mirror: { refundedMinor: 0, fullyRefunded: false },
    fence: 0,
    steps: {},
  });
  expect((await stripe.checkout.sessions.retrieve(orderId)).metadata).toMatchObject({ static_checkout: "1" });
});

const CONTROL = {
  v: 1,
  state: "paid",
  mirror: { refundedMinor: 0, fullyRefunded: false },
  fence: 0,
  steps: {},
} as const;
const storedFailure = () => Response.json({ error: { type: "api_error", message: "boom" } }, { status: 500 });

test("a version under which Stripe stored a failure of its own is skipped by its writer", async () => {
  const orderId = await newOrderId();
  let failures = 1;
  simulated.faults.duringApi = () => (failures-- > 0 ? storedFailure() : undefined);
  expect(await store.writeControl(orderId, 0, { ...CONTROL, writeId: "a" })).toEqual({ version: 2 });
  simulated.faults.duringApi = undefined;
  expect(await store.readControl(orderId)).toMatchObject({ version: 2, control: { writeId: "a" } });
  expect(await store.writeControl(orderId, 0, { ...CONTROL, writeId: "b" })).toBe("conflict");
  expect(await store.writeControl(orderId, 2, { ...CONTROL, writeId: "c" })).toEqual({ version: 3 });
});

test("for others such a version conflicts, and nothing is lost", async () => {
  const orderId = await newOrderId();
  simulated.faults.duringApi = storedFailure;
  await expect(store.writeControl(orderId, 0, { ...CONTROL, writeId: "a" })).rejects.toThrow(
    /failed 3 times/,
  );
  simulated.faults.duringApi = undefined;
  expect(await store.writeControl(orderId, 0, { ...CONTROL, writeId: "b" })).toBe("conflict");
  expect(await store.readControl(orderId)).toBeUndefined();
});

test("a write whose reply was lost is made once: the SDK's retry is answered from Stripe's memory", async () => {
  const orderId = await newOrderId();
  let losses = 1;
  simulated.faults.afterApi = () => (losses-- > 0 ? Response.error() : undefined);
  expect(await store.writeControl(orderId, 0, { ...CONTROL, writeId: "a" })).toEqual({ version: 1 });
  simulated.faults.afterApi = undefined;
  expect(await store.readControl(orderId)).toMatchObject({ version: 1, control: { writeId: "a" } });
});
