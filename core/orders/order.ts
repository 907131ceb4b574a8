import type { Outbox } from "./outbox/outbox.ts";

/** Stripe's Checkout Session id, `cs_test_…` or `cs_live_…`. It is the order's id too. */
export type OrderId = string;

/**
 * How far an order is. A state only ever moves to one of higher rank (see `stateRank`), so the order in which triggers
 * arrive does not matter: a late "payment failed" cannot undo a payment.
 */
export type OrderState = "awaiting_payment" | "payment_failed" | "paid" | "needs_attention" | "fulfilled";

const RANKS: Readonly<Record<OrderState, number>> = {
  awaiting_payment: 10,
  payment_failed: 20,
  paid: 30,
  needs_attention: 40,
  fulfilled: 50,
};

export function stateRank(state: OrderState): number {
  return RANKS[state];
}

/** The higher of two states. */
export function higherState(current: OrderState, proposed: OrderState): OrderState {
  return stateRank(proposed) > stateRank(current) ? proposed : current;
}

/** What was bought, and every value that must not differ between two attempts. Written once, never changed. */
export interface OrderSnapshot {
  /** Format of this record. */
  v: 1;
  orderId: OrderId;
  livemode: boolean;
  mode: "payment" | "subscription";
  /** When Stripe created the Checkout Session, in ms since 1970. */
  createdMs: number;
  items: readonly OrderItem[];
  /** ISO 4217, lower case as Stripe writes it. */
  currency: string;
  totalMinor: number;
  /** The cost of the shipping that was chosen, after discounts and with tax; 0 is free. Absent when there is no shipping cost. */
  shippingMinor?: number;
  /** All taxes. They are already part of the amounts above. */
  taxMinor?: number;
  /** All discounts. They are already taken off the amounts above. */
  discountMinor?: number;
  /** Checkout asked for an address: the owner has something to ship. */
  needsShipping?: true;
  /** The subscription began with a trial. */
  isTrial?: true;
  /** What the buyer paid in their own currency, if Stripe converted the price. */
  presentment?: { currency: string; amountMinor: number };
  /** The language that Checkout was asked to speak, e.g. `de` or `pt-BR`. */
  locale?: string;
  buyer: { email?: string; name?: string };
  /** Where the order's mails go, once the owner has corrected what the buyer typed. */
  mailTo?: string;
  customerId?: string;
  paymentIntentId?: string;
  subscriptionId?: string;
  clientReferenceId?: string;
  /** Stripe's receipt for the payment, if there was one when the order was recorded. */
  receiptUrl?: string;
}

export interface OrderItem {
  priceId: string;
  /** The name of the price on the page and in shop.config.ts, if that is not its id. */
  lookupKey?: string;
  /** Stripe's page added it, or put it in place of what was chosen: a cross-sell or an upsell from the dashboard. */
  addedAtCheckout?: true;
  name: string;
  quantity: number;
  /** Total of this line after discounts and with taxes, in the currency's minor unit. */
  amountMinor: number;
}

/** How far we are with an order: small (under 1 KB however often it is tried), versioned by its store. */
export interface ControlRecord {
  /**
   * Format of this record: 2 once it holds an outbox, 3 once it holds what only newer versions of the shop know. Older code never
   * overwrites a newer format.
   */
  v: 1 | 2 | 3;
  /** Random per write: a writer whose reply was lost recognizes its own write by it. */
  writeId: string;
  state: OrderState;
  /** What Stripe last said about the money and the subscription; can go both ways. */
  mirror: PaymentMirror;
  /** Counts the leases ever taken; only the holder of the latest may record a step. */
  fence: number;
  lease?: { owner: string; untilMs: number };
  /** Only the steps that have begun. */
  steps: Readonly<Record<string, StepProgress>>;
  /** What the owner's side was told about this order, or has yet to be told: the outbox. Stored records have this name. */
  news?: Outbox;
  /** After a failure: not before this time, in ms since 1970. */
  nextTryMs?: number;
  /** The last failure, cut to `MAX_ERROR_LENGTH`. */
  lastError?: string;
  /** When a waiting success page last made us ask Stripe, in ms since 1970. */
  checkedMs?: number;
}

/** What can happen to a payment afterwards, as Stripe last reported it. */
export interface PaymentMirror {
  /** For a subscription: over all its payments. */
  refundedMinor: number;
  /** All of it was given back. For a subscription: all of its first payment. */
  fullyRefunded: boolean;
  /** `inquiry`: the bank asks, no money has moved. The gravest if there are several; absent if there never was one. */
  dispute?: DisputeState;
  /** How many are in each state, if there are several. A record that holds this has format 3. */
  disputes?: Readonly<Partial<Record<DisputeState, number>>>;
  /** Stripe's status of the subscription, e.g. `active`, `past_due`, `canceled`. Absent for one-time payments. */
  subscription?: string;
  /** Set while the subscription's last invoice, a renewal, is unpaid: Stripe tries again (`failed`) or has stopped (`failed_finally`). */
  renewal?: RenewalState;
}

export type RenewalState = "failed" | "failed_finally";

export type DisputeState = "inquiry" | "open" | "won" | "lost";

export interface StepProgress {
  /** `started`: begun, and how it ended is unknown. `failed`: its last attempt certainly had no effect. */
  state: "started" | "failed" | "done" | "skipped";
  /** How often the step was begun. Its effect was tried at most this often. */
  attempts: number;
}

const MAX_ERROR_LENGTH = 160;

/** As much of an error as a record has room for. */
export function shorten(error: string): string {
  return error.slice(0, MAX_ERROR_LENGTH);
}
