import { accessOf } from "../orders/access.ts";
import { mailRecipient } from "../orders/mail-recipient.ts";
import type { KnownOrder } from "../orders/known-order.ts";

export type MailRefusal = "order_revoked" | "subscription_paused" | "order_not_complete" | "no_mail_address";

/** Whether an order's confirmation may be sent again, and to whom: always to the order's own address, never to one from a request. */
export function mailAgain({
  snapshot,
  control,
}: KnownOrder): { kind: "possible"; to: string } | { kind: "refused"; reason: MailRefusal } {
  const state = accessOf(control);
  if (state.kind === "revoked") {
    const isPaused = state.reason === "subscription_paused";
    return { kind: "refused", reason: isPaused ? "subscription_paused" : "order_revoked" };
  }
  // Until then, the first confirmation is still on its way.
  const isComplete = control.state === "fulfilled" || control.steps["mail"]?.state === "done";
  if (!isComplete) return { kind: "refused", reason: "order_not_complete" };
  const to = mailRecipient(snapshot);
  return to === undefined ? { kind: "refused", reason: "no_mail_address" } : { kind: "possible", to };
}
