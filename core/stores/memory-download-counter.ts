import type { DownloadCount, DownloadCounter } from "../delivery/files/download-counter.ts";

export function createMemoryDownloadCounter(): DownloadCounter {
  const orders = new Map<string, Map<string, DownloadCount>>();
  return {
    async add(orderId, { id, name }, atMs) {
      const files = orders.get(orderId) ?? new Map<string, DownloadCount>();
      const last = files.get(id);
      files.set(id, {
        name,
        count: (last?.count ?? 0) + 1,
        firstMs: last?.firstMs ?? atMs,
        lastMs: atMs,
      });
      orders.set(orderId, files);
    },
    of: async (orderId) => [...(orders.get(orderId)?.values() ?? [])],
  };
}
