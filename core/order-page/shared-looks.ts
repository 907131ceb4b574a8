import type { OrderId } from "../orders/order.ts";

/** `later`: there were too many requests recently. It says nothing about the order. */
export type Look<View> = { kind: "seen"; view: View | undefined } | { kind: "later" };

/** Looks at what only Stripe can tell, shared by all requests to this instance about the same session. */
export interface SharedLooks<View> {
  /** The answer of a moment ago, of a look under way, or of a new `look`, in this order. Rejects as `look` does. */
  share(
    orderId: OrderId,
    asker: { isBuyer: boolean },
    look: () => Promise<View | undefined>,
  ): Promise<Look<View>>;
  /** True unless this instance has asked Stripe about too many orders recently. Answering true counts as having asked. */
  mayAskStripe(): boolean;
}

const REMEMBER_MS = 5_000;
const MAX_REMEMBERED = 1_000;

/** An instance that was frozen in the middle of a look must not keep everyone waiting when it wakes up. */
const JOIN_FOR_MS = 10_000;

/** Strangers may be trying out ids: a thousand of them must not become a thousand calls to Stripe. */
const STRANGERS = { burst: 40, perSecond: 2 };
const EVERYBODY = { burst: 100, perSecond: 10 };

/** An instance may lose its memory before its next request. This saves calls, and nothing depends on it. */
export function createSharedLooks<View>(now: () => number): SharedLooks<View> {
  const seen = new Map<OrderId, { view: View | undefined; untilMs: number }>();
  const underWay = new Map<OrderId, { answer: Promise<View | undefined>; startedMs: number }>();
  const strangers = createBudget(STRANGERS, now);
  const everybody = createBudget(EVERYBODY, now);

  const start = async (orderId: OrderId, look: () => Promise<View | undefined>): Promise<Look<View>> => {
    const answer = look();
    const own = { answer, startedMs: now() };
    underWay.set(orderId, own);
    try {
      const view = await answer;
      if (seen.size >= MAX_REMEMBERED) seen.clear();
      seen.set(orderId, { view, untilMs: now() + REMEMBER_MS });
      return { kind: "seen", view };
    } finally {
      if (underWay.get(orderId) === own) underWay.delete(orderId);
    }
  };

  return {
    async share(orderId, { isBuyer }, look) {
      const last = seen.get(orderId);
      if (last !== undefined && last.untilMs > now()) return { kind: "seen", view: last.view };
      const running = underWay.get(orderId);
      if (running !== undefined && now() - running.startedMs < JOIN_FOR_MS) {
        return { kind: "seen", view: await running.answer };
      }
      if (!isBuyer && !strangers.take()) return { kind: "later" };
      if (!everybody.take()) return { kind: "later" };
      return start(orderId, look);
    },
    mayAskStripe: () => everybody.take(),
  };
}

/** A bucket that holds `burst` tokens and gains `perSecond`. */
function createBudget(
  { burst, perSecond }: { burst: number; perSecond: number },
  now: () => number,
): { take(): boolean } {
  let tokens = burst;
  let filledMs = now();
  return {
    take() {
      tokens = Math.min(burst, tokens + ((now() - filledMs) / 1000) * perSecond);
      filledMs = now();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
