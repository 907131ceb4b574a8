import type { OrderId } from "../../orders/order.ts";

const REMEMBER_MS = 30_000;
const MAX_REMEMBERED = 1_000;

/**
 * What was found out about an order a moment ago, shared by all who ask at the same time: when a thousand copies of a program check a
 * key at once, that costs one look. Best effort, because an instance may live for one request only.
 */
export function createRecentAnswers<T>(now: () => number) {
  const answers = new Map<OrderId, { answer: Promise<T>; untilMs: number }>();
  return {
    /** A failure is shared by those who wait for it, but not remembered. */
    answer(orderId: OrderId, find: () => Promise<T>): Promise<T> {
      const known = answers.get(orderId);
      if (known !== undefined && now() < known.untilMs) return known.answer;

      if (answers.size >= MAX_REMEMBERED) answers.clear();
      const entry = { answer: find(), untilMs: now() + REMEMBER_MS };
      answers.set(orderId, entry);
      void entry.answer.catch(() => {
        if (answers.get(orderId) === entry) answers.delete(orderId);
      });
      return entry.answer;
    },
  };
}
