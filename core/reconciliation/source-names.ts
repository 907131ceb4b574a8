/** The lists that reconciliation goes through. */
export type SourceName =
  | "flagged_before"
  | "undelivered_events"
  | "recent_changes"
  | "recent_sessions"
  | "recent_refunds"
  | "recent_disputes"
  | "open_orders";
