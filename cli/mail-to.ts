import { resendConfirmation } from "../core/mail/confirmation/resend-confirmation.ts";
import { isMailAddress } from "../core/format/mail-address.ts";
import { createDeadline } from "../core/retry/deadline.ts";
import { accessOf } from "../core/orders/access.ts";
import type { OrderStore } from "../core/orders/order-store.ts";
import type { SettleOutcome } from "../core/orders/settle-order.ts";
import type { Services } from "../core/services.ts";
import { noteByHand } from "./note-by-hand.ts";
import { settleByHand } from "./settle-by-hand.ts";

const MINUTE_MS = 60_000;

/** The owner may send as many as are needed. */
const NO_LIMIT = { take: async () => ({ giveBack: async () => undefined }) };

/** What keeps an address from being corrected, as a sentence. */
export class MailToError extends Error {
  override readonly name = "MailToError";
}

/**
 * Sends an order's mails to `address` from now on, instead of the one that the buyer typed. A mail that is still due goes there when the
 * order is settled; one that was sent or skipped is sent again.
 * @throws MailToError when there is nothing to mail, or nothing to mail it with.
 */
export async function mailTo(orderId: string, address: string, services: Services): Promise<SettleOutcome> {
  const { mailer, store } = services;
  if (!isMailAddress(address)) throw new MailToError(`${address} is not one mail address.`);
  if (mailer === undefined)
    throw new MailToError(
      "SMTP_URL is not set here, so nothing can be mailed: put your mail server into .env.",
    );
  const stored = await store.readControl(orderId);
  if (stored === undefined)
    throw new MailToError("There is no such order yet: it is not paid, or not this shop's.");
  if (accessOf(stored.control).kind === "revoked")
    throw new MailToError("The order is void or paused, so no mail is sent for it.");

  await store.correctMailAddress(orderId, address);
  await noteByHand(orderId, "mail_to_command", store);
  // What was written a moment ago may not be read everywhere yet.
  const corrected = { ...services, store: mailingTo(address, store) };
  if (!isMailDone(stored.control.steps["mail"]?.state)) return settleByHand(orderId, corrected);

  const order = await corrected.store.readSnapshot(orderId);
  if (order === undefined) throw new MailToError("The order's items cannot be read.");
  const deadline = createDeadline(services.now, MINUTE_MS);
  await resendConfirmation(order, address, deadline, { ...corrected, mailer, limit: NO_LIMIT });
  return settleByHand(orderId, corrected);
}

function isMailDone(state: string | undefined): boolean {
  return state === "done" || state === "skipped";
}

function mailingTo(address: string, store: OrderStore): OrderStore {
  return {
    ...store,
    async readSnapshot(orderId, fresh) {
      const order = await store.readSnapshot(orderId, fresh);
      return order && { ...order, mailTo: address };
    },
  };
}
