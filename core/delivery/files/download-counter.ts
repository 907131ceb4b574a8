import type { OrderId } from "../../orders/order.ts";
import type { OrderFile } from "./order-files.ts";

/** How often an order's files were fetched. The owner can see it, which helps above all in a dispute. Nothing depends on it. */
export interface DownloadCounter {
  /** Adds one. May count twice if an answer is lost on the way. */
  add(orderId: OrderId, file: Pick<OrderFile, "id" | "name">, atMs: number): Promise<void>;
  /** In no particular order. Undefined if no count is kept; then only the log has a trace. */
  of(orderId: OrderId): Promise<readonly DownloadCount[] | undefined>;
}

export interface DownloadCount {
  /** As the buyer last read it. */
  name: string;
  count: number;
  firstMs: number;
  lastMs: number;
}
