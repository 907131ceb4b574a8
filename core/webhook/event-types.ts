/**
 * What an event of Stripe's means for an order. Every row leads to the same act, settling the order of the session it names;
 * the event only says that there is something to look at. A type that is not listed is none of our business.
 */
export const SETTLING_EVENTS: ReadonlyMap<string, string> = new Map([
  [
    "checkout.session.completed",
    "the buyer finished Checkout; card payments are in, slow methods are under way",
  ],
  ["checkout.session.async_payment_succeeded", "a slow payment method has paid"],
  ["checkout.session.async_payment_failed", "a slow payment method has failed"],
  ["checkout.session.expired", "the buyer never finished; an order that waits must stop waiting"],
]);
