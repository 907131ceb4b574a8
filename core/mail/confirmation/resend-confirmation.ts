import { NotAttemptedError } from "../../retry/errors.ts";
import type { ResendLimit } from "../../limits/resend-limit.ts";
import { describeError, type Log } from "../../log/log.ts";
import type { Deadline } from "../../retry/deadline.ts";
import type { OrderSnapshot } from "../../orders/order.ts";
import type { OrderStore } from "../../orders/order-store.ts";
import { withTimeout, type Schedule } from "../../retry/with-timeout.ts";
import type { ComposeConfirmation } from "./compose-confirmation.ts";
import type { Mailer } from "../mailer.ts";

export interface ResenderDependencies {
  mailer: Mailer;
  compose: ComposeConfirmation;
  store: Pick<OrderStore, "appendHistory">;
  limit: ResendLimit;
  now: () => number;
  schedule: Schedule;
  log: Log;
}

/** Services back from the mail's time, to record it. */
const NOTE_RESERVE_MS = 1_000;

/** Not begun with less time than this. */
const SHORTEST_MAIL_MS = 1_500;

/**
 * Sends an order's confirmation to `to` again: a new mail, with links made now. The caller decides about it and learns how it went.
 * It is not a step that the order owes, so nothing repeats it. The order's record does not change; its history does.
 *
 * @throws HttpError 429 when the order has had enough of them today; `NonRetriableError` when the mail is refused for good; anything
 * else when it was not sent, or may not have been.
 */
export async function resendConfirmation(
  order: OrderSnapshot,
  to: string,
  deadline: Deadline,
  { mailer, compose, store, limit, now, schedule, log }: ResenderDependencies,
): Promise<void> {
  const { orderId } = order;
  const mail = { to, ...(await compose(order)) };
  const taken = await limit.take(orderId);
  const timeoutMs = deadline.remainingMs() - NOTE_RESERVE_MS;
  const atMs = now();
  // Named by the moment, not by the count: where each instance counts for itself, a count comes twice a day, and Resend, or a mail
  // program that knows the Message-ID, would drop the second mail.
  const key = `resend-${atMs}/${orderId}`;
  try {
    if (timeoutMs < SHORTEST_MAIL_MS)
      throw new NotAttemptedError("Too little time was left to send the mail.");
    await withTimeout(timeoutMs, schedule, (signal) => mailer.send(mail, { idempotencyKey: key, signal }));
  } catch (error) {
    // A mail that was cut off may have arrived, so it counts.
    if (error instanceof NotAttemptedError) await taken.giveBack();
    throw error;
  }
  await store.appendHistory(orderId, { key, atMs, what: "mail_resent" }).catch((error: unknown) => {
    // The mail is out: an error would make the buyer ask for another one.
    log.warn("mail_resent_not_noted", { orderId, error: describeError(error) });
  });
}
