import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import type { DownloadCounter } from "../../core/delivery/files/download-counter.ts";

/** What every engine that counts downloads promises. */
export function downloadCounterContract(open: () => DownloadCounter): void {
  const newOrderId = (): string => `cs_test_${randomUUID()}`;
  const epub = { id: "fileEpub0001", name: "The Tide Reader (EPUB)" };
  const pdf = { id: "filePdf00001", name: "The Tide Reader (PDF)" };

  test("an order has no counts before its files are fetched", async () => {
    expect(await open().of(newOrderId())).toEqual([]);
  });

  test("each file is counted by itself, with its first and last time", async () => {
    const [counter, orderId] = [open(), newOrderId()];
    await counter.add(orderId, epub, 1_000);
    await counter.add(orderId, pdf, 2_000);
    await counter.add(orderId, { ...epub, name: "The Tide Reader, EPUB" }, 3_000);
    const counts = (await counter.of(orderId)) ?? [];
    expect(counts.toSorted((a, b) => b.count - a.count)).toEqual([
      { name: "The Tide Reader, EPUB", count: 2, firstMs: 1_000, lastMs: 3_000 },
      { name: "The Tide Reader (PDF)", count: 1, firstMs: 2_000, lastMs: 2_000 },
    ]);
  });

  test("20 downloads at once are all counted", async () => {
    const [counter, orderId] = [open(), newOrderId()];
    await Promise.all(Array.from({ length: 20 }, () => counter.add(orderId, epub, 1_000)));
    expect(await counter.of(orderId)).toMatchObject([{ count: 20 }]);
  });

  test("orders do not touch each other", async () => {
    const [counter, orderId, other] = [open(), newOrderId(), newOrderId()];
    await counter.add(orderId, epub, 1_000);
    expect(await counter.of(other)).toEqual([]);
  });
}
