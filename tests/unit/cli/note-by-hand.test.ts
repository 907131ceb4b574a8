import { afterEach, expect, test, vi } from "vitest";

import { createMemoryStorage } from "../../../core/stores/memory-storage.ts";
import { noteByHand } from "../../../cli/note-by-hand.ts";
import { control } from "../../contracts/order-store.ts";

const ORDER = "cs_test_1";

afterEach(() => vi.restoreAllMocks());

test("E09: an owner's command leaves one line in the history of an order, and none where there is no order", async () => {
  const { orders } = createMemoryStorage();
  await noteByHand(ORDER, "replay_command", orders);
  expect(await orders.readHistory(ORDER)).toEqual([]);
  await orders.writeControl(ORDER, 0, control("w"));
  await noteByHand(ORDER, "replay_command", orders);
  expect(await orders.readHistory(ORDER)).toEqual([
    {
      key: expect.stringMatching(/^replay_command-\d+\/cs_test_1$/),
      atMs: expect.any(Number),
      what: "replay_command",
    },
  ]);
});

test("E09: a history that cannot be written is reported, and stops nothing", async () => {
  const said = vi.spyOn(console, "error").mockReturnValue();
  const { orders } = createMemoryStorage();
  await orders.writeControl(ORDER, 0, control("w"));
  const appendHistory = (): Promise<never> => Promise.reject(new Error("throttled"));
  await noteByHand(ORDER, "settle_command", { ...orders, appendHistory });
  expect(said.mock.calls).toEqual([["The history of cs_test_1 could not be written: throttled"]]);
});
