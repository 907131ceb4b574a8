import type { OrderSnapshot } from "./order.ts";

/** Where an order's mails go: to the address that its owner has corrected, else to the buyer's own. Undefined where there is none. */
export function mailRecipient({
  mailTo,
  buyer,
}: Pick<OrderSnapshot, "mailTo" | "buyer">): string | undefined {
  return mailTo ?? buyer.email;
}
