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
    refundedMinor: 0,
    fence: 0,
    steps: {},
  });
  expect((await stripe.checkout.sessions.retrieve(orderId)).metadata).toMatchObject({ static_checkout: "1" });
});

test("a version under which Stripe stored an error of its own stays blocked and nothing is lost", async () => {
  const orderId = await newOrderId();
  const control = { v: 1, state: "paid", refundedMinor: 0, fence: 0, steps: {} } as const;
  simulated.faults.duringApi = () =>
    Response.json({ error: { type: "api_error", message: "boom" } }, { status: 500 });
  await expect(store.writeControl(orderId, 0, { ...control, writeId: "a" })).rejects.toThrow();
  simulated.faults.duringApi = undefined;
  expect(await store.writeControl(orderId, 0, { ...control, writeId: "b" })).toBe("conflict");
  expect(await store.readControl(orderId)).toBeUndefined();
});
