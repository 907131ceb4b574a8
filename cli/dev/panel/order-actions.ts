import { formatMoney } from "../../../core/format/money.ts";
import { owesAnything } from "../../../core/orders/control-record.ts";
import type { ControlRecord } from "../../../core/orders/order.ts";
import type { Account } from "../../../simulator/account/account.ts";
import type { Charge, Dispute, Refund, Subscription } from "../../../simulator/state/stored.ts";
import { parseAmount } from "./parse-amount.ts";
import type { SimulatedOrder } from "./simulated-order.ts";

/** Something the buyer, the bank or the owner may do to an order now. */
interface OrderAction {
  /** Unique among an order's actions. */
  id: string;
  label: string;
  /** Asks for an amount; empty stands for all of it. */
  asksAmount?: { label: string; placeholder: string };
  /** @throws a sentence when it cannot be done. */
  run(amount: string): void | Promise<void>;
}

export interface ActionGroup {
  heading: string;
  actions: readonly OrderAction[];
}

/** What the shop itself can do about an order. */
export interface ShopSide {
  /** Undefined while the shop knows nothing of the order. */
  control: ControlRecord | undefined;
  /** What `npm run settle` does. Resolves to what is still wrong, and undefined when all is well. */
  tryAgain(orderId: string): Promise<string | undefined>;
}

/** Only what is possible as the order stands: what Stripe would refuse is not offered. */
export function actionsFor(order: SimulatedOrder, account: Account, shop: ShopSide): readonly ActionGroup[] {
  const groups: ActionGroup[] = [
    { heading: "The owner", actions: shopActions(order, shop) },
    { heading: "Checkout", actions: checkoutActions(order, account) },
    ...order.charges.map((charge, index) => ({
      heading: order.charges.length === 1 ? "Payment" : `Payment ${index + 1}`,
      actions: chargeActions(charge, order, account),
    })),
    ...order.refunds.map((refund) => ({
      heading: `Refund of ${formatMoney(refund.amount, refund.currency, "en")}, ${refund.status}`,
      actions: refundActions(refund, account),
    })),
    ...order.disputes.map((dispute) => ({
      heading: `Dispute, ${words(dispute.status)}`,
      actions: disputeActions(dispute, account),
    })),
  ];
  if (order.subscription !== undefined) {
    const { subscription } = order;
    groups.push({
      heading: `Subscription, ${words(subscription.status)}`,
      actions: subscriptionActions(subscription, account),
    });
  }
  return groups.filter(({ actions }) => actions.length > 0);
}

function shopActions({ session }: SimulatedOrder, { control, tryAgain }: ShopSide): OrderAction[] {
  if (control === undefined || !owesAnything(control, true)) return [];
  return [
    {
      id: "try again",
      label: "Try again",
      async run() {
        const problem = await tryAgain(session.id);
        if (problem !== undefined) throw new Error(problem);
      },
    },
  ];
}

/** `warning_needs_response` as people write it. */
function words(status: string): string {
  return status.replaceAll("_", " ");
}

function checkoutActions({ session, isSettling }: SimulatedOrder, account: Account): OrderAction[] {
  const { id } = session;
  return [
    ...(session.status === "open"
      ? [{ id: "expire", label: "Let it expire", run: () => account.expire(id) }]
      : []),
    ...(isSettling
      ? [
          { id: "settle", label: "The bank pays", run: () => account.settleDelayed(id, "succeeds") },
          { id: "bounce", label: "The bank refuses", run: () => account.settleDelayed(id, "fails") },
        ]
      : []),
  ];
}

function chargeActions(charge: Charge, { disputes }: SimulatedOrder, account: Account): OrderAction[] {
  const payment = charge.payment_intent ?? "";
  const left = charge.amount - charge.amount_refunded;
  const isDisputed = disputes.some(
    ({ charge: disputed, status }) => disputed === charge.id && !["won", "warning_closed"].includes(status),
  );
  const refund: OrderAction = {
    id: `refund ${charge.id}`,
    label: "Refund",
    asksAmount: {
      label: `Amount in ${charge.currency.toUpperCase()}`,
      placeholder: `all ${formatMoney(left, charge.currency, "en")}`,
    },
    run(amount) {
      const amountMinor = amount.trim() === "" ? left : parseAmount(amount, charge.currency);
      if (amountMinor === undefined) throw new Error(`“${amount}” is not an amount. Write it as 12.50.`);
      if (amountMinor > left)
        throw new Error(`Only ${formatMoney(left, charge.currency, "en")} is left to refund.`);
      account.refund(payment, amountMinor);
    },
  };
  if (isDisputed) return [];
  return [
    ...(left > 0 ? [refund] : []),
    { id: `dispute ${charge.id}`, label: "Dispute it", run: () => void account.dispute(payment) },
    {
      id: `inquiry ${charge.id}`,
      label: "Inquiry",
      run: () => void account.dispute(payment, { inquiry: true }),
    },
    {
      id: `prevented ${charge.id}`,
      label: "Dispute, prevented",
      run: () => void account.dispute(payment, { prevented: true }),
    },
  ];
}

function refundActions({ id, status }: Refund, account: Account): OrderAction[] {
  if (status === "failed" || status === "canceled") return [];
  return [
    ...(status === "pending"
      ? [{ id: `arrive ${id}`, label: "It arrives", run: () => account.succeedRefund(id) }]
      : []),
    { id: `fail ${id}`, label: "It fails after all", run: () => account.failRefund(id) },
  ];
}

function disputeActions({ id, status }: Dispute, account: Account): OrderAction[] {
  const evidence = { id: `evidence ${id}`, label: "Send evidence", run: () => account.submitEvidence(id) };
  const needsResponse = status.endsWith("needs_response") ? [evidence] : [];
  if (status.startsWith("warning_") && status !== "warning_closed") {
    return [
      ...needsResponse,
      { id: `close ${id}`, label: "Close the inquiry", run: () => account.closeInquiry(id) },
      { id: `escalate ${id}`, label: "It becomes a dispute", run: () => account.escalateInquiry(id) },
    ];
  }
  if (status !== "needs_response" && status !== "under_review") return [];
  return [
    ...needsResponse,
    { id: `win ${id}`, label: "Win", run: () => account.winDispute(id) },
    { id: `lose ${id}`, label: "Lose", run: () => account.loseDispute(id) },
  ];
}

function subscriptionActions({ id, status }: Subscription, account: Account): OrderAction[] {
  const renew = { id: "renew", label: "Renew", run: () => account.renew(id) };
  const fail = { id: "fail renewal", label: "A renewal fails", run: () => account.failRenewal(id) };
  const last = {
    id: "last try fails",
    label: "The last try fails",
    run: () => account.failRenewal(id, { final: true }),
  };
  const pay = { id: "pay overdue", label: "Pay what is owed", run: () => account.payOverdueInvoice(id) };
  const pause = { id: "pause", label: "Pause", run: () => account.pause(id) };
  const resume = { id: "resume", label: "Resume", run: () => account.resume(id) };
  const cancel = { id: "cancel", label: "Cancel now", run: () => account.cancelSubscription(id) };
  switch (status) {
    case "active":
      return [renew, fail, last, pause, cancel];
    case "past_due":
      return [pay, fail, last, cancel];
    case "unpaid":
      return [pay, cancel];
    case "paused":
      return [resume, cancel];
    default:
      return [];
  }
}
