import type { Delivered } from "../deliveries/delivered.ts";
import type { Deliveries } from "../deliveries/deliveries-of.ts";
import { isTerminal } from "./control-record.ts";
import { handOut, type RevocationReason } from "./hand-out.ts";
import { mailRecipient } from "./mail-recipient.ts";
import { mailAgain } from "./mail-again.ts";
import type { KnownOrder } from "./known-order.ts";
import type { OrderSnapshot } from "./order.ts";
import { wasMailed } from "./way-back.ts";

/** What is told to the buyer alone: the browser that opened the checkout, or whoever has the link from the mail. */
export interface PersonalPart {
  /** Enough to know one's own address by, too little to write to: `a…@example.com`. */
  email?: string;
  /** What was paid in a currency of the buyer's own, where Stripe converted the price; it hints at where they live. */
  presentment?: { currency: string; amountMinor: number };
  /** The taxes in the order's amounts; they hint at where the buyer lives, too. */
  taxMinor?: number;
  /** Stripe's receipt. */
  receiptUrl?: string;
  /** What the order brought. None before it is paid, after it was revoked, and while its subscription is paused. */
  deliveries: readonly Delivered[];
  /** Why nothing is handed out any more, or for now. */
  revokedBecause?: RevocationReason;
  /** The mail about the order can be sent again. */
  mailAgain?: true;
  /** Opens this page on any device, where no mail does. For the browser that bought alone: a link must not renew itself. */
  keepLink?: { url: string; goodUntilMs: number };
}

/**
 * Who opened a checkout may have sent its link to somebody else, who paid: the address is masked because it may be theirs.
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
    /** Makes one; undefined for who came by a link. */
    keepLink: ((order: OrderSnapshot) => { url: string; goodUntilMs: number }) | undefined;
  },
): PersonalPart {
  const { snapshot, control } = order;
  const { presentment, taxMinor, receiptUrl } = snapshot;
  const email = mailRecipient(snapshot);
  const state = handOut(control);
  return {
    ...(email !== undefined && { email: maskEmail(email) }),
    ...(presentment !== undefined && { presentment }),
    ...(taxMinor !== undefined && { taxMinor }),
    // Stripe has a receipt of a bank debit from its first day. Until the money is in, it would read as if it were.
    ...(receiptUrl !== undefined && state.kind !== "not_paid" && { receiptUrl }),
    deliveries: state.kind === "open" ? deliveries.of(snapshot, "page").flat() : [],
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
