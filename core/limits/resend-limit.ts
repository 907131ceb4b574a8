import { HttpError } from "../http/http-error.ts";
import type { OrderId } from "../orders/order.ts";
import { createAddressHash } from "./address-hash.ts";
import type { Counters } from "../stores/counters.ts";
import { networkOf } from "./network-of.ts";

const DAY_MS = 24 * 3_600_000;
const MAILS_PER_DAY = 3;

export interface ResendLimit {
  /**
   * Takes one of the mails that an order has left today (UTC). `giveBack` is for a mail that certainly was not sent.
   * @throws HttpError 429 when none is left; any other error when the count cannot be read or written.
   */
  take(orderId: OrderId): Promise<{ giveBack: () => Promise<void> }>;
}

/** Counted before a mail is sent: however many ask at once, and however often an answer is lost, there are never more mails. */
export function createResendLimit(counters: Counters, now: () => number): ResendLimit {
  return {
    async take(orderId) {
      const day = Math.floor(now() / DAY_MS);
      const endMs = (day + 1) * DAY_MS;
      const name = `resend-mail/${orderId}/${day}`;
      const giveBack = async (): Promise<void> => void (await counters.add(name, -1, endMs));
      if ((await counters.add(name, 1, endMs)) <= MAILS_PER_DAY) return { giveBack };
      // A refused request uses up nothing: a mail that another caller gives back is there for the next one.
      await giveBack();
      throw tooManyMails(
        "We have already sent this mail several times today. Please check your spam folder, or try again tomorrow.",
        endMs - now(),
      );
    },
  };
}

/** Mails to strangers' addresses that one caller may cause in a day by knowing order numbers. */
const MAILS_PER_CALLER = 5;

/** For all callers whose address the host does not pass on. */
const MAILS_OF_UNKNOWN_CALLERS = 50;

/**
 * Takes one of the mails that a caller who is not known as the buyer may ask for in a day (UTC).
 * @throws HttpError 429 when none is left; any other error when the count cannot be read or written.
 */
export async function takeStrangersMail(
  address: string | undefined,
  { counters, secret, now }: { counters: Counters; secret: string; now: () => number },
): Promise<void> {
  const day = Math.floor(now() / DAY_MS);
  const endMs = (day + 1) * DAY_MS;
  const network = address === undefined ? undefined : networkOf(address);
  const caller = network === undefined ? "unknown" : createAddressHash(secret)(network);
  const asked = await counters.add(`resend-caller/${caller}/${day}`, 1, endMs);
  if (asked <= (network === undefined ? MAILS_OF_UNKNOWN_CALLERS : MAILS_PER_CALLER)) return;
  throw tooManyMails(
    "There were too many requests for mails from your connection today. Please try again tomorrow.",
    endMs - now(),
  );
}

function tooManyMails(message: string, waitMs: number): HttpError {
  return new HttpError(429, "too_many_mails", message, {
    headers: { "Retry-After": String(Math.max(1, Math.ceil(waitMs / 1_000))) },
  });
}
