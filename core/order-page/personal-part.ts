import * as z from "zod/mini";

import { deliveredSchema } from "../delivery/delivered.ts";
import type { Deliveries } from "../delivery/deliveries.ts";
import { isTerminal } from "../orders/control-record.ts";
import { accessOf } from "../orders/access.ts";
import { mailRecipient } from "../orders/mail-recipient.ts";
import { mailAgain } from "./mail-again.ts";
import type { KnownOrder } from "../orders/known-order.ts";
import type { OrderSnapshot } from "../orders/order.ts";
import { wasMailed } from "../delivery/way-back.ts";

/** What only the buyer is told: the browser that opened the checkout, and anyone with the link from the mail. */
export const personalPartSchema = z.object({
  email: z
    .exactOptional(z.string())
    .check(z.describe("Enough to recognize one's own address, too little to write to: `a…@example.com`.")),
  presentment: z
    .exactOptional(z.object({ currency: z.string(), amountMinor: z.int() }))
    .check(z.describe("What was paid in the buyer's own currency, if Stripe converted the price.")),
  taxMinor: z.exactOptional(z.int()).check(z.describe("The taxes in the order's amounts.")),
  receiptUrl: z.exactOptional(z.url()).check(z.describe("Stripe's receipt.")),
  deliveries: z
    .array(deliveredSchema)
    .check(
      z.describe(
        "What the order brought. Empty before it is paid, after it was revoked, and while its subscription is paused.",
      ),
    ),
  revokedBecause: z
    .exactOptional(z.enum(["refunded", "dispute_lost", "subscription_ended", "subscription_paused"]))
    .check(z.describe("Why nothing is handed out any more, or for the time being.")),
  mailAgain: z
    .exactOptional(z.literal(true))
    .check(z.describe("The mail about the order can be sent again.")),
  keepLink: z
    .exactOptional(z.object({ url: z.url(), goodUntilMs: z.int() }))
    .check(
      z.describe(
        "Opens this page on any device, for an order without a mail. Only for the browser that bought: a link must not renew itself.",
      ),
    ),
});

export type PersonalPart = z.infer<typeof personalPartSchema>;

/**
 * The browser that opened a checkout may have sent its link to someone else, who paid. The address may be theirs, so it is masked.
 */
export function personalPart(
  order: KnownOrder,
  {
    deliveries,
    sendsMail,
    keepLink,
  }: {
    deliveries: Deliveries;
    sendsMail: boolean;
    /** Makes the link; undefined for a visitor who came by a link. */
    keepLink: ((order: OrderSnapshot) => { url: string; goodUntilMs: number }) | undefined;
  },
): PersonalPart {
  const { snapshot, control } = order;
  const { presentment, taxMinor, receiptUrl } = snapshot;
  const email = mailRecipient(snapshot);
  const state = accessOf(control);
  return {
    ...(email !== undefined && { email: maskEmail(email) }),
    ...(presentment !== undefined && { presentment }),
    ...(taxMinor !== undefined && { taxMinor }),
    // Stripe issues the receipt for a bank debit on the first day. Before the money is in, it would look like proof of payment.
    ...(receiptUrl !== undefined && state.kind !== "unpaid" && { receiptUrl }),
    deliveries: state.kind === "granted" ? deliveries.of(snapshot, "page").flat() : [],
    ...(state.kind === "revoked" && { revokedBecause: state.reason }),
    ...(sendsMail && mailAgain(order).kind === "possible" && { mailAgain: true as const }),
    ...(keepLink !== undefined &&
      state.kind !== "revoked" &&
      !isMailed(order, sendsMail) && { keepLink: keepLink(snapshot) }),
  };
}

/** A mail was sent, or is still on its way. */
function isMailed({ control }: KnownOrder, sendsMail: boolean): boolean {
  return sendsMail && (wasMailed(control) || !isTerminal(control));
}

function maskEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return `${email.slice(0, at > 1 ? 1 : 0)}…${email.slice(at)}`;
}
