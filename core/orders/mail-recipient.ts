import type { OrderSnapshot } from "./order.ts";

/** Where an order's mails go: to the address that the owner has corrected, else to the buyer's own. Undefined if there is neither. */
export function mailRecipient({
  mailTo,
  buyer,
}: Pick<OrderSnapshot, "mailTo" | "buyer">): string | undefined {
  return mailTo ?? buyer.email;
}
