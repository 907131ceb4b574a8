import { expect, test } from "vitest";

import type { ControlRecord } from "../../../../core/orders/order.ts";
import type { OrderStore } from "../../../../core/orders/order-store.ts";
import { newControl } from "../../../../core/orders/control-record.ts";
import { updateControl } from "../../../../core/orders/update-control.ts";
import { createMemoryOrderStore } from "../../../../core/stores/memory-order-store.ts";

const ORDER = "cs_test_1";
let counter = 0;
const dependencies = (store: OrderStore) => ({
  store,
  randomId: () => `write-${(counter += 1)}`,
  schedule: (_: number, callback: () => void) => {
    queueMicrotask(callback);
    return () => undefined;
  },
});

const addFence = (current: ControlRecord | undefined) => {
  const control = current ?? newControl();
  return { ...control, fence: control.fence + 1 };
};

test("A12: a write whose reply was lost is recognized and not made again", async () => {
  const memory = createMemoryOrderStore();
  const losesReplies: OrderStore = {
    ...memory,
    // The record is written, but the caller gets a conflict, like an SDK whose retry finds a newer version.
    writeControl: async (...args) => (await memory.writeControl(...args), "conflict"),
  };
  const { stored, written } = await updateControl(ORDER, dependencies(losesReplies), addFence);
  expect(written).toBe(true);
  expect(stored?.version).toBe(1);
  expect((await memory.readControl(ORDER))?.control.fence).toBe(1);
});

test("A13: of 12 concurrent changes each that reports success was made once, and no other was made", async () => {
  const store = createMemoryOrderStore();
  const slow: OrderStore = {
    ...store,
    readControl: async (orderId) => {
      await new Promise((resolve) => setImmediate(resolve));
      return store.readControl(orderId);
    },
  };
  const results = await Promise.allSettled(
    Array.from({ length: 12 }, () => updateControl(ORDER, dependencies(slow), addFence)),
  );
  const made = results.filter((result) => result.status === "fulfilled").length;
  expect(made).toBeGreaterThan(0);
  // A caller that gave up after too many conflicts changed nothing.
  expect((await store.readControl(ORDER))?.control.fence).toBe(made);
});

test("an outdated `seen` costs one conflict and no change is lost", async () => {
  const store = createMemoryOrderStore();
  const first = await updateControl(ORDER, dependencies(store), addFence);
  await updateControl(ORDER, dependencies(store), addFence);
  const { stored } = await updateControl(ORDER, dependencies(store), addFence, { stored: first.stored });
  expect(stored?.control.fence).toBe(3);
  expect(stored?.version).toBe(3);
});

test("a change that declines leaves the record alone", async () => {
  const store = createMemoryOrderStore();
  expect(await updateControl(ORDER, dependencies(store), () => undefined)).toEqual({
    stored: undefined,
    written: false,
  });
  expect(await store.readControl(ORDER)).toBeUndefined();
});

test("gives up with an error on a store in which every write conflicts", async () => {
  const store: OrderStore = { ...createMemoryOrderStore(), writeControl: async () => "conflict" };
  await expect(updateControl(ORDER, dependencies(store), addFence)).rejects.toThrow(/try again later/);
});
