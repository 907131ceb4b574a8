import { isTerminal } from "./control-record.ts";
import type { Deadline } from "./deadline.ts";
import type { OrderId, OrderSnapshot, OrderState } from "./order.ts";
import type { OrderStore, StoredControl } from "./order-store.ts";
import type { RecentLooks } from "./recent-looks.ts";
import { settleOrder, type SettleDependencies, type SettleOutcome } from "./settle-order.ts";
import { updateControl } from "./update-control.ts";

/** What anybody who knows the session's id may see. */
export interface OrderStatus {
  /** `paid`: the money is in, delivery is under way. `open`: Checkout is not finished. */
  state: "open" | Exclude<OrderState, "needs_attention">;
  mode: "payment" | "subscription";
  items: readonly { name: string; quantity: number; amountMinor: number }[];
  currency: string;
  totalMinor: number;
  /** Stripe's page, while the buyer can still pay there. */
  checkoutUrl?: string;
}

/** However many pages ask, Stripe is asked about one order at most this often. */
const ASK_STRIPE_EVERY_MS = 5_000;

/**
 * Answers from the store. While the order is not finished, an onlooker also settles it, now and then, so that a webhook
 * which never comes keeps nobody waiting. Resolves to undefined when there is no such order.
 * @throws when neither the store nor Stripe could be asked.
 */
export async function readOrderStatus(
  orderId: OrderId,
  deadline: Deadline,
  recentLooks: RecentLooks,
  dependencies: SettleDependencies,
): Promise<OrderStatus | undefined> {
  const { store } = dependencies;
  const stored = await store.readControl(orderId);
  if (stored !== undefined && !(await claimLook(orderId, stored, dependencies))) {
    return fromStore(store, orderId, stored);
  }
  const recent = stored === undefined ? recentLooks.find(orderId) : undefined;
  if (recent !== undefined) return recent.status;

  try {
    const outcome = await settleOrder(orderId, "success_page", deadline, dependencies);
    const settled = await store.readControl(orderId);
    if (settled !== undefined) return await fromStore(store, orderId, settled);
    const status = fromOutcome(outcome);
    recentLooks.remember(orderId, status);
    return status;
  } catch (error) {
    // Stripe cannot be asked right now: what is known of the order is still true.
    if (stored !== undefined) return fromStore(store, orderId, stored);
    throw error;
  }
}

/** True for one onlooker in every `ASK_STRIPE_EVERY_MS`, and for nobody before a failed step is due again. */
async function claimLook(
  orderId: OrderId,
  seen: StoredControl,
  dependencies: SettleDependencies,
): Promise<boolean> {
  const { now } = dependencies;
  const { written } = await updateControl(
    orderId,
    dependencies,
    (current) => {
      if (current === undefined || isTerminal(current)) return undefined;
      if (current.lease !== undefined && current.lease.untilMs > now()) return undefined;
      if (now() < Math.max(current.nextTryMs ?? 0, (current.checkedMs ?? 0) + ASK_STRIPE_EVERY_MS))
        return undefined;
      return { ...current, checkedMs: now() };
    },
    { stored: seen },
  );
  return written;
}

function fromOutcome(outcome: SettleOutcome): OrderStatus | undefined {
  if (outcome.kind !== "no_order_yet") return undefined;
  const { facts } = outcome;
  const state = facts.status === "expired" ? "expired" : "open";
  return {
    ...publicPart(facts.snapshot, state),
    ...(state === "open" && facts.checkoutUrl !== undefined && { checkoutUrl: facts.checkoutUrl }),
  };
}

async function fromStore(
  store: OrderStore,
  orderId: OrderId,
  stored: StoredControl,
): Promise<OrderStatus | undefined> {
  const snapshot = await store.readSnapshot(orderId);
  if (snapshot === undefined) return undefined;
  const { state } = stored.control;
  // The owner has been told; to the buyer it is a paid order that takes a little longer.
  return publicPart(snapshot, state === "needs_attention" ? "paid" : state);
}

function publicPart(snapshot: OrderSnapshot, state: OrderStatus["state"]): OrderStatus {
  return {
    state,
    mode: snapshot.mode,
    items: snapshot.items.map(({ name, quantity, amountMinor }) => ({ name, quantity, amountMinor })),
    currency: snapshot.currency,
    totalMinor: snapshot.totalMinor,
  };
}
