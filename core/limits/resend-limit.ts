import { HttpError } from "../http/http-error.ts";
import type { OrderId } from "../orders/order.ts";
import type { Counters } from "./counters.ts";

const DAY_MS = 24 * 3_600_000;
const MAILS_PER_DAY = 3;

export interface ResendLimit {
  /**
   * Takes one of the mails that are left to an order today (UTC). `giveBack` is for one that certainly was not sent.
   * @throws HttpError 429 when none is left; anything else when nobody can tell.
   */
  take(orderId: OrderId): Promise<{ giveBack: () => Promise<void> }>;
}

/** Counted before a mail is sent: however many ask at once, and however often an answer is lost, there are not more mails. */
export function createResendLimit(counters: Counters, now: () => number): ResendLimit {
  return {
    async take(orderId) {
      const day = Math.floor(now() / DAY_MS);
      const endMs = (day + 1) * DAY_MS;
      const name = `resend-mail/${orderId}/${day}`;
      const giveBack = async (): Promise<void> => void (await counters.add(name, -1, endMs));
      if ((await counters.add(name, 1, endMs)) <= MAILS_PER_DAY) return { giveBack };
      // Who is refused uses up nothing: one that is given back by another caller is there for the next.
      await giveBack();
      throw new HttpError(
        429,
        "too_many_mails",
        "The mail was sent again several times today. Please look into your spam folder, or try again tomorrow.",
        { headers: { "Retry-After": String(Math.max(1, Math.ceil((endMs - now()) / 1_000))) } },
      );
    },
  };
}
