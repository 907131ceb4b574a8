import type { SettleTrigger } from "../orders/settle-trigger.ts";

/** The kind of object that an event is about. Its order is found by it. */
export type EventObject = "checkout_session" | "charge" | "refund" | "dispute" | "subscription" | "invoice";

export interface EventMeaning {
  about: EventObject;
  trigger: SettleTrigger;
}

const CHECKOUT = { about: "checkout_session", trigger: "checkout" } as const;
const DISPUTE = { about: "dispute", trigger: "dispute" } as const;
const SUBSCRIPTION = { about: "subscription", trigger: "subscription" } as const;
const INVOICE = { about: "invoice", trigger: "subscription" } as const;
const REFUND = { about: "refund", trigger: "refund" } as const;

/**
 * What an event of Stripe's means for an order. Every row leads to the same act: settling the order of the object it names. What is
 * read again is always the session, its payment and its subscription. A type that is not listed does not concern the shop.
 */
export const ORDER_EVENTS: ReadonlyMap<string, EventMeaning> = new Map<string, EventMeaning>([
  // The buyer finished Checkout: card payments are in, slow methods are under way.
  ["checkout.session.completed", CHECKOUT],
  // A slow payment method has paid, or has failed.
  ["checkout.session.async_payment_succeeded", CHECKOUT],
  ["checkout.session.async_payment_failed", CHECKOUT],
  // It is too late to pay: an order that waits must stop waiting.
  ["checkout.session.expired", CHECKOUT],

  // Cards report a refund on the charge, other methods on the refund, and a refund may fail days later.
  ["charge.refunded", { about: "charge", trigger: "refund" }],
  ["refund.created", REFUND],
  ["refund.updated", REFUND],
  ["refund.failed", REFUND],

  // Opened, answered, decided; and the money leaving or coming back, which may be reported first.
  ["charge.dispute.created", DISPUTE],
  ["charge.dispute.updated", DISPUTE],
  ["charge.dispute.closed", DISPUTE],
  ["charge.dispute.funds_withdrawn", DISPUTE],
  ["charge.dispute.funds_reinstated", DISPUTE],

  // Whatever happens to a subscription, its status is read again; only an ended one revokes.
  ["customer.subscription.created", SUBSCRIPTION],
  ["customer.subscription.updated", SUBSCRIPTION],
  ["customer.subscription.deleted", SUBSCRIPTION],
  ["customer.subscription.paused", SUBSCRIPTION],
  ["customer.subscription.resumed", SUBSCRIPTION],
  // A renewal that was paid, and one that failed.
  ["invoice.paid", INVOICE],
  ["invoice.payment_failed", INVOICE],
]);
