import { expect, test } from "vitest";

import type { ControlRecord, OrderSnapshot } from "../../core/orders/order.ts";
import type { OrderStore } from "../../core/orders/order-store.ts";

export interface StoreUnderTest {
  store: OrderStore;
  /** The id of a completed checkout that has no order yet. */
  newOrderId(): Promise<string>;
  /** False where a snapshot is Stripe's own completed session, which the store does not write. */
  keepsSnapshots: boolean;
  /** False where Stripe's list of events is the history. */
  keepsHistory: boolean;
  /** Why checkouts cannot be completed here, if so: the worklist names only completed ones. */
  cannotListOpen?: string;
}

/** What every engine promises. */
export function orderStoreContract(open: () => StoreUnderTest): void {
  test("an order that was never written is absent", async () => {
    const { store, newOrderId } = open();
    expect(await store.readControl(await newOrderId())).toBeUndefined();
  });

  test("a record comes back as it was written, with its version", async () => {
    const { store, newOrderId } = open();
    const orderId = await newOrderId();
    const full: ControlRecord = {
      ...control("w1"),
      state: "paid",
      mirror: { refundedMinor: 1400, fullyRefunded: true, dispute: "lost", subscription: "past_due" },
      fence: 7,
      lease: { owner: "run-1", untilMs: 1_795_000_000_000 },
      steps: {
        record: { state: "done", attempts: 1 },
        mail: { state: "started", attempts: 11 },
        notice: { state: "failed", attempts: 3 },
        other: { state: "skipped", attempts: 0 },
      },
      nextTryMs: 1_795_000_000_001,
      lastError: "mail: Error: refused",
      checkedMs: 1_795_000_000_002,
    };
    expect(await store.writeControl(orderId, 0, full)).not.toBe("conflict");
    expect(await store.readControl(orderId)).toEqual({ control: full, version: 1 });
    // Undefined where only Stripe knows.
    expect([undefined, { control: full, version: 1 }]).toContainEqual(await store.peekControl(orderId));
  });

  test("a field that a record no longer holds is gone after the next write", async () => {
    const { store, newOrderId } = open();
    const orderId = await newOrderId();
    const leased = { ...control("w1"), lease: { owner: "run-1", untilMs: 1 }, lastError: "e", nextTryMs: 1 };
    await store.writeControl(orderId, 0, leased);
    await store.writeControl(orderId, 1, control("w2"));
    expect(await store.readControl(orderId)).toEqual({ control: control("w2"), version: 2 });
  });

  test("A23: a write at the version that was read wins; one at an older version conflicts and changes nothing", async () => {
    const { store, newOrderId } = open();
    const orderId = await newOrderId();
    expect(await store.writeControl(orderId, 0, control("w1"))).not.toBe("conflict");
    expect(await store.writeControl(orderId, 1, control("w2"))).not.toBe("conflict");
    expect(await store.writeControl(orderId, 1, control("w3"))).toBe("conflict");
    expect(await store.writeControl(orderId, 0, control("w4"))).toBe("conflict");
    expect(await store.readControl(orderId)).toEqual({ control: control("w2"), version: 2 });
  });

  test("A02: exactly one of 16 writers at one version wins", async () => {
    const { store, newOrderId } = open();
    const orderId = await newOrderId();
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, index) => store.writeControl(orderId, 0, control(`writer-${index}`))),
    );
    expect(results.filter((result) => result !== "conflict")).toHaveLength(1);
    const stored = await store.readControl(orderId);
    expect(stored).toEqual({
      control: control(`writer-${results.findIndex((result) => result !== "conflict")}`),
      version: 1,
    });
  });

  test("orders do not touch each other", async () => {
    const { store, newOrderId } = open();
    const [first, second] = [await newOrderId(), await newOrderId()];
    await store.writeControl(first, 0, control("w1"));
    expect(await store.readControl(second)).toBeUndefined();
    expect(await store.writeControl(second, 0, control("w2"))).not.toBe("conflict");
  });

  test("an order is in the worklist while it waits for money, steps or its owner, and not after", async ({
    skip,
  }) => {
    const { store, newOrderId, cannotListOpen } = open();
    if (cannotListOpen !== undefined) skip(cannotListOpen);
    const orderId = await newOrderId();
    const states = [
      ["awaiting_payment", true],
      ["paid", true],
      ["needs_attention", true],
      ["fulfilled", false],
    ] as const;
    for (const [version, [state, isListed]] of states.entries()) {
      await store.writeControl(orderId, version, { ...control(`w${version}`), state });
      expect((await openOrders(store)).includes(orderId), state).toBe(isListed);
    }
  });

  test("the worklist continues after an order that it has named", async ({ skip }) => {
    const { store, newOrderId, cannotListOpen } = open();
    if (cannotListOpen !== undefined) skip(cannotListOpen);
    for (let order = 0; order < 3; order += 1) {
      await store.writeControl(await newOrderId(), 0, { ...control("w1"), state: "paid" });
    }
    const all = await openOrders(store);
    expect(all.length).toBeGreaterThanOrEqual(3);
    expect(await openOrders(store, all[0])).toEqual(all.slice(1));
    expect(await openOrders(store, all.at(-1))).toEqual([]);
  });

  test("E09: history is read oldest first, keeps the first entry of a key, and belongs to one order", async () => {
    const { store, newOrderId, keepsHistory } = open();
    const [orderId, other] = [await newOrderId(), await newOrderId()];
    // Whatever the order of the keys.
    const recorded = { key: `record/${orderId}`, atMs: 2_000, what: "order_recorded" };
    const licensed = { key: `license/${orderId}`, atMs: 10_000, what: "licenses_issued" };
    const resent = { key: `resend-1/${orderId}`, atMs: 1_000, what: "mail_resent" };
    for (const entry of [recorded, licensed, resent]) await store.appendHistory(orderId, entry);
    await store.appendHistory(orderId, { ...recorded, atMs: 20_000 });
    expect(await store.readHistory(orderId)).toEqual(keepsHistory ? [resent, recorded, licensed] : undefined);
    expect(await store.readHistory(other)).toEqual(keepsHistory ? [] : undefined);
  });

  test("the first snapshot of an order stays", async ({ skip }) => {
    const { store, newOrderId, keepsSnapshots } = open();
    if (!keepsSnapshots) skip("the completed session is the snapshot");
    const orderId = await newOrderId();
    await store.createSnapshot(snapshot(orderId, "first"));
    await store.createSnapshot(snapshot(orderId, "second"));
    expect(await store.readSnapshot(orderId)).toEqual(snapshot(orderId, "first"));
  });

  test("E52: the owner's correction of the address is in the snapshot, beside what the buyer typed", async ({
    skip,
  }) => {
    const { store, newOrderId, keepsSnapshots } = open();
    if (!keepsSnapshots) skip("the completed session is the snapshot");
    const orderId = await newOrderId();
    await store.createSnapshot(snapshot(orderId, "first"));
    await store.correctMailAddress(orderId, "right@example.com");
    await store.createSnapshot(snapshot(orderId, "second"));
    expect(await store.readSnapshot(orderId)).toEqual({
      ...snapshot(orderId, "first"),
      mailTo: "right@example.com",
    });
    await store.correctMailAddress("cs_test_unknown0000", "right@example.com");
    expect(await store.readSnapshot("cs_test_unknown0000")).toBeUndefined();
  });

  test("a snapshot of an unknown order is absent", async () => {
    const { store } = open();
    expect(await store.readSnapshot("cs_test_unknown0000")).toBeUndefined();
  });
}

export async function openOrders(store: OrderStore, after?: string): Promise<string[]> {
  const orderIds: string[] = [];
  for await (const { orderId, isOpen } of store.listOpen(after)) {
    if (isOpen) orderIds.push(orderId);
  }
  return orderIds;
}

/** A fresh order's record; `writeId` tells one write from another. */
export function control(writeId: string): ControlRecord {
  return {
    v: 1,
    writeId,
    state: "awaiting_payment",
    mirror: { refundedMinor: 0, fullyRefunded: false },
    fence: 0,
    steps: {},
  };
}

export function snapshot(orderId: string, name: string): OrderSnapshot {
  return {
    v: 1,
    orderId,
    livemode: false,
    mode: "payment",
    createdMs: 1_795_000_000_000,
    items: [{ priceId: "price_1", name, quantity: 2, amountMinor: 6400 }],
    currency: "eur",
    totalMinor: 6400,
    buyer: { email: "buyer@example.com" },
    paymentIntentId: "pi_1",
  };
}
