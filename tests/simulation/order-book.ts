import type { StoredControl } from "../../core/orders/order-store.ts";
import type { ShopProcess } from "./shop-process.ts";
import type { Timeline } from "./timeline.ts";

/** Every version of every order's control record that ever stood in the store. */
export interface OrderBook {
  /** Call whenever the record may have been written; `writer` is the process whose write took place. */
  observe(orderId: string, stored: StoredControl | undefined, writer: ShopProcess): void;
  current(orderId: string): StoredControl | undefined;
  /** The versions that stood at `sinceMs` or later, oldest first. */
  since(orderId: string, sinceMs: number): StoredControl[];
  orderIds(): string[];
}

interface Write {
  orderId: string;
  /** The version before that one. */
  earlier: StoredControl | undefined;
  before: (StoredControl & { writer: string }) | undefined;
  after: StoredControl;
  writer: ShopProcess;
}

export type CheckWrite = (write: Write) => void;

export function createOrderBook(now: () => number, check: CheckWrite, timeline: Timeline): OrderBook {
  const orders = new Map<string, { atMs: number; writer: string; stored: StoredControl }[]>();
  return {
    observe(orderId, stored, writer) {
      const history = orders.get(orderId) ?? [];
      const [earlier, last] = history.length < 2 ? [undefined, history[0]] : history.slice(-2);
      if (stored === undefined || stored.control.writeId === last?.stored.control.writeId) return;
      timeline.note(writer.name, () => `✎ v${stored.version} ${showControl(stored)} [${orderId}]`);
      history.push({ atMs: now(), writer: writer.name, stored });
      orders.set(orderId, history);
      const before = last === undefined ? undefined : { ...last.stored, writer: last.writer };
      check({ orderId, earlier: earlier?.stored, before, after: stored, writer });
    },
    current: (orderId) => orders.get(orderId)?.at(-1)?.stored,
    since(orderId, sinceMs) {
      const history = orders.get(orderId) ?? [];
      const first = history.findLastIndex(({ atMs }) => atMs <= sinceMs);
      return history.slice(Math.max(first, 0)).map(({ stored }) => stored);
    },
    orderIds: () => [...orders.keys()],
  };
}

function showControl({ control }: StoredControl): string {
  const { state, fence, lease, mirror } = control;
  const steps = Object.entries(control.steps).map(([name, step]) => `${name}:${step.state}/${step.attempts}`);
  return [
    state,
    `fence ${fence}`,
    lease === undefined ? "no lease" : `lease ${lease.owner}`,
    steps.join(" ") || "no steps",
    `refunded ${mirror.refundedMinor}${mirror.fullyRefunded ? " (all)" : ""}`,
    mirror.dispute === undefined ? "" : `dispute ${mirror.dispute}`,
    mirror.subscription === undefined ? "" : `subscription ${mirror.subscription}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}
