import type { OrderId } from "./order.ts";
import type { OrderStatus } from "./order-status.ts";

const REMEMBER_MS = 3_000;
const MAX_REMEMBERED = 1_000;

/** What Stripe said a moment ago about sessions that have no order: unknown ones (undefined), and those still open. */
export interface RecentLooks {
  find(orderId: OrderId): { status: OrderStatus | undefined } | undefined;
  remember(orderId: OrderId, status: OrderStatus | undefined): void;
}

/**
 * Nothing is stored about such sessions, so that each poll, or each guess at an id, would ask Stripe. The memory of one instance may
 * be gone at its next request: this saves calls, and nothing depends on it.
 */
export function createRecentLooks(now: () => number): RecentLooks {
  const looks = new Map<OrderId, { status: OrderStatus | undefined; untilMs: number }>();
  return {
    find(orderId) {
      const look = looks.get(orderId);
      return look !== undefined && look.untilMs > now() ? look : undefined;
    },
    remember(orderId, status) {
      if (looks.size >= MAX_REMEMBERED) looks.clear();
      looks.set(orderId, { status, untilMs: now() + REMEMBER_MS });
    },
  };
}
