import type { OrderId } from "../orders/order.ts";

/** `later`: there were too many requests recently. It says nothing about the order. */
export type Throttled<View> = { kind: "read"; view: View | undefined } | { kind: "later" };

/**
 * Limits what one instance reads from Stripe, on behalf of callers that anyone can be. An instance may lose its memory before its next
 * request: this saves calls, and nothing depends on it.
 */
export interface ReadThrottle {
  /** Reads of one kind, shared by all requests about the same order. */
  singleFlight<View>(): SingleFlight<View>;
  /** True unless this instance has asked Stripe about too many orders recently. Answering true counts as having asked. */
  mayAskStripe(): boolean;
}

/** Resolves to the answer of a moment ago, of a read under way, or of a new `read`, in this order. Rejects as `read` does. */
export type SingleFlight<View> = (
  orderId: OrderId,
  asker: { isBuyer: boolean },
  read: () => Promise<View | undefined>,
) => Promise<Throttled<View>>;

const REMEMBER_MS = 5_000;
const MAX_REMEMBERED = 1_000;

/** An instance that was frozen in the middle of a read must not keep everyone waiting when it wakes up. */
const JOIN_FOR_MS = 10_000;

/** Strangers may be trying out ids: a thousand of them must not become a thousand calls to Stripe. */
const STRANGERS = { burst: 40, perSecond: 2 };
const EVERYBODY = { burst: 100, perSecond: 10 };

export function createReadThrottle(now: () => number): ReadThrottle {
  const strangers = createBudget(STRANGERS, now);
  const everybody = createBudget(EVERYBODY, now);
  const admits = (isBuyer: boolean): boolean => (isBuyer || strangers.take()) && everybody.take();
  return {
    singleFlight: () => createSingleFlight(admits, now),
    mayAskStripe: () => everybody.take(),
  };
}

function createSingleFlight<View>(
  admits: (isBuyer: boolean) => boolean,
  now: () => number,
): SingleFlight<View> {
  const remembered = new Map<OrderId, { view: View | undefined; untilMs: number }>();
  const underWay = new Map<OrderId, { answer: Promise<View | undefined>; startedMs: number }>();

  return async (orderId, { isBuyer }, read) => {
    const last = remembered.get(orderId);
    if (last !== undefined && last.untilMs > now()) return { kind: "read", view: last.view };
    const running = underWay.get(orderId);
    if (running !== undefined && now() - running.startedMs < JOIN_FOR_MS) {
      return { kind: "read", view: await running.answer };
    }
    return admits(isBuyer) ? start(orderId, read) : { kind: "later" };
  };

  async function start(orderId: OrderId, read: () => Promise<View | undefined>): Promise<Throttled<View>> {
    const answer = read();
    const own = { answer, startedMs: now() };
    underWay.set(orderId, own);
    try {
      const view = await answer;
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(orderId, { view, untilMs: now() + REMEMBER_MS });
      return { kind: "read", view };
    } finally {
      if (underWay.get(orderId) === own) underWay.delete(orderId);
    }
  }
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
