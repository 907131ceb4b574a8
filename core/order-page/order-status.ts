import { isTerminal } from "../orders/control-record.ts";
import type { Deadline } from "../retry/deadline.ts";
import { justRead } from "../orders/just-read.ts";
import type { KnownOrder } from "../orders/known-order.ts";
import type { OrderId, OrderSnapshot } from "../orders/order.ts";
import type { OrderStore, StoredControl } from "../orders/order-store.ts";
import { isPaused, isRevoked } from "../orders/access.ts";
import type { PublicStatus } from "./public-status.ts";
import type { ReadThrottle, SingleFlight, Throttled } from "./read-throttle.ts";
import { settleOrder, type SettleOutcome } from "../orders/settle-order.ts";
import type { SettleDependencies } from "../orders/settle-dependencies.ts";

export interface OrderView {
  status: PublicStatus;
  /** Undefined while there is no order. Only for the buyer: see `personalPart`. */
  order: KnownOrder | undefined;
}

/** Stripe is asked about one order at most this often, however many pages ask. */
const ASK_STRIPE_EVERY_MS = 5_000;

/**
 * Answers from the store. While the order is unfinished, a page that asks also settles it now and then, so that a webhook which never
 * comes keeps nobody waiting. Pages that ask at the same time share what only Stripe can tell.
 * @throws when neither the store nor Stripe could be asked.
 */
export async function readOrderStatus(
  orderId: OrderId,
  asker: { isBuyer: boolean },
  deadline: Deadline,
  { throttle, singleFlight }: { throttle: ReadThrottle; singleFlight: SingleFlight<OrderView> },
  dependencies: SettleDependencies,
): Promise<Throttled<OrderView>> {
  const stored = await dependencies.store.peekControl(orderId);
  if (stored !== undefined) {
    return { kind: "read", view: await viewKnown(orderId, stored, deadline, throttle, dependencies) };
  }
  return singleFlight(orderId, asker, async () => {
    const known = await dependencies.store.readControl(orderId);
    if (known !== undefined) return viewKnown(orderId, known, deadline, throttle, dependencies);
    return viewAfterSettling(orderId, deadline, dependencies, undefined);
  });
}

async function viewKnown(
  orderId: OrderId,
  stored: StoredControl,
  deadline: Deadline,
  throttle: ReadThrottle,
  dependencies: SettleDependencies,
): Promise<OrderView | undefined> {
  const { store } = dependencies;
  try {
    const claimed = await claimProbe(orderId, stored, dependencies);
    if (claimed !== undefined && throttle.mayAskStripe())
      return await viewAfterSettling(orderId, deadline, dependencies, claimed);
  } catch {
    // Stripe cannot be asked, or the record cannot be written right now. What the store knows of the order is still true.
  }
  return fromStore(store, orderId, stored);
}

async function viewAfterSettling(
  orderId: OrderId,
  deadline: Deadline,
  dependencies: SettleDependencies,
  stored: StoredControl | undefined,
): Promise<OrderView | undefined> {
  const outcome = await settleOrder(
    orderId,
    "success_page",
    deadline,
    justRead(orderId, stored, dependencies),
  );
  if (NO_RECORD.has(outcome.kind)) return fromOutcome(outcome);
  const settled = await dependencies.store.readControl(orderId);
  return settled === undefined ? undefined : fromStore(dependencies.store, orderId, settled);
}

const NO_RECORD: ReadonlySet<SettleOutcome["kind"]> = new Set([
  "no_order_yet",
  "not_found",
  "not_ours",
] as const);

/**
 * Written by one page in every `ASK_STRIPE_EVERY_MS`, and not before a failed step is due again. Resolves to the record as it then
 * stands, or to undefined if it is not this page's turn. A conflict means that, too: another run is working on the order.
 */
async function claimProbe(
  orderId: OrderId,
  { control, version }: StoredControl,
  { store, now, randomId }: SettleDependencies,
): Promise<StoredControl | undefined> {
  if (isTerminal(control)) return undefined;
  if (control.lease !== undefined && control.lease.untilMs > now()) return undefined;
  if (now() < Math.max(control.nextTryMs ?? 0, (control.checkedMs ?? 0) + ASK_STRIPE_EVERY_MS))
    return undefined;
  const claim = { ...control, checkedMs: now(), writeId: randomId() };
  const result = await store.writeControl(orderId, version, claim);
  return result === "conflict" ? undefined : { control: claim, version: result.version };
}

function fromOutcome(outcome: SettleOutcome): OrderView | undefined {
  if (outcome.kind !== "no_order_yet") return undefined;
  const { facts } = outcome;
  const state = facts.status === "expired" ? "expired" : "open";
  const status = {
    ...publicPart(facts.snapshot, state),
    ...(state === "open" && facts.checkoutUrl !== undefined && { checkoutUrl: facts.checkoutUrl }),
  };
  return { status, order: undefined };
}

async function fromStore(
  store: OrderStore,
  orderId: OrderId,
  stored: StoredControl,
): Promise<OrderView | undefined> {
  const snapshot = await store.readSnapshot(orderId);
  if (snapshot === undefined) return undefined;
  const { state } = stored.control;
  return {
    status: {
      // The owner has been told; to the buyer it is a paid order that takes a little longer.
      ...publicPart(snapshot, state === "needs_attention" ? "paid" : state),
      ...(isRevoked(stored.control) && { revoked: true as const }),
      ...(isPaused(stored.control) && { paused: true as const }),
    },
    order: { snapshot, control: stored.control },
  };
}

/** Names each field, so that nothing added to a snapshot is published by accident. */
function publicPart(snapshot: OrderSnapshot, state: PublicStatus["state"]): PublicStatus {
  const { shippingMinor, discountMinor, needsShipping, isTrial } = snapshot;
  return {
    state,
    mode: snapshot.mode,
    items: snapshot.items.map(({ name, quantity, amountMinor }) => ({ name, quantity, amountMinor })),
    currency: snapshot.currency,
    totalMinor: snapshot.totalMinor,
    ...(shippingMinor !== undefined && { shippingMinor }),
    ...(discountMinor !== undefined && { discountMinor }),
    ...(needsShipping && { needsShipping }),
    ...(isTrial && { isTrial }),
  };
}
