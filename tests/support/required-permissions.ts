import type { Permission } from "../../simulator/api/permissions.ts";

/** The permissions that a restricted key needs: the README's table, and the link that fills in Stripe's form. */
export const REQUIRED_PERMISSIONS: readonly Permission[] = [
  "checkout_session_write",
  "payment_intent_read",
  "charge_read",
  "dispute_read",
  "event_read",
  "invoice_read",
  "subscription_read",
  "plan_read",
  "product_write",
];
