import type { OrderId } from "../orders/order.ts";
import type { OrderFile } from "./order-files.ts";

/** How often an order's files were fetched, for the owner to see, in a dispute above all. Nothing depends on it. */
export interface DownloadCounter {
  /** Adds one. May count twice when an answer is lost on the way. */
  add(orderId: OrderId, file: Pick<OrderFile, "id" | "name">, atMs: number): Promise<void>;
  /** In no particular order. Undefined where no count is kept, and the log has the only trace. */
  of(orderId: OrderId): Promise<readonly DownloadCount[] | undefined>;
}

export interface DownloadCount {
  /** As the buyer read it, the last time. */
  name: string;
  count: number;
  firstMs: number;
  lastMs: number;
}
