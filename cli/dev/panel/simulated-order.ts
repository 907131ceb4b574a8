import { isolate } from "../../../core/format/isolate.ts";
import type { RecordedEvent, SimulatedState } from "../../../simulator/state/state.ts";
import type {
  Charge,
  CheckoutSession,
  Dispute,
  Refund,
  Subscription,
} from "../../../simulator/state/stored.ts";

/** Everything the simulated Stripe knows about one checkout. */
export interface SimulatedOrder {
  session: CheckoutSession;
  items: readonly { name: string; quantity: number; amountMinor: number }[];
  /** A bank debit is under way. */
  isSettling: boolean;
  /** Successful payments, the first one first; a subscription has one per period. */
  charges: readonly Charge[];
  refunds: readonly Refund[];
  disputes: readonly Dispute[];
  subscription: Subscription | undefined;
  /** In the order in which they happened. */
  events: readonly RecordedEvent[];
}

export function findSimulatedOrder(state: SimulatedState, sessionId: string): SimulatedOrder | undefined {
  const session = state.checkoutSessions[sessionId];
  if (session === undefined) return undefined;
  const intent = state.checkoutIntents[sessionId];
  const subscriptionId = intent?.subscription ?? undefined;
  const invoices = Object.values(state.invoices)
    .filter(({ parent }) => parent?.subscription_details?.subscription === subscriptionId)
    .map(({ id }) => id);
  const invoicePayments = Object.values(state.invoicePayments)
    .filter(({ invoice }) => invoices.includes(invoice))
    .map(({ payment }) => payment.payment_intent);
  const payments = [intent?.paymentIntent, ...invoicePayments].filter((id) => typeof id === "string");
  const isOfPayments = ({ payment_intent: id }: { payment_intent: string | null }): boolean =>
    id !== null && payments.includes(id);

  const charges = Object.values(state.charges).filter(isOfPayments);
  const refunds = Object.values(state.refunds).filter(isOfPayments);
  const disputes = Object.values(state.disputes).filter(isOfPayments);
  const objects = new Set([
    sessionId,
    subscriptionId,
    ...(subscriptionId === undefined ? [] : invoices),
    ...payments,
    ...[...charges, ...refunds, ...disputes].map(({ id }) => id),
  ]);
  return {
    session,
    items: (state.lineItems[sessionId] ?? []).map((line) => ({
      name: line.description ?? "Item",
      quantity: line.quantity ?? 1,
      amountMinor: line.amount_total,
    })),
    isSettling: (intent?.settling ?? null) !== null,
    charges: charges.filter(({ status }) => status === "succeeded"),
    refunds,
    disputes,
    subscription: subscriptionId === undefined ? undefined : state.subscriptions[subscriptionId],
    events: Object.values(state.events).filter(({ snapshot }) => objects.has(snapshot.id)),
  };
}

/** What was bought, in one line. */
export function titleOf({ items }: Pick<SimulatedOrder, "items">): string {
  return items
    .map(({ name, quantity }) => (quantity > 1 ? `${quantity} × ${isolate(name)}` : isolate(name)))
    .join(", ");
}
