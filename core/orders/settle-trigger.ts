/** What made us look at an order. It is only a hint: the truth comes from Stripe. */
export type SettleTrigger =
  | "checkout"
  | "refund"
  | "dispute"
  | "subscription"
  | "success_page"
  | "reconciliation"
  | "owner";
