import type { DeliveredEvent } from "./check-answers.ts";
import type { Random } from "./random.ts";

/**
 * A signed event that claims anything: of another type, from long ago, its copy of the session saying "paid" when nobody paid or
 * "expired" when somebody did. Only the session's id in it may be believed.
 */
export function strayEvent(sessionId: string, random: Random): DeliveredEvent & Record<string, unknown> {
  const type = random.pick([
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
  ]);
  return {
    object: "event",
    id: `evt_stray${random.letters(12)}`,
    type,
    livemode: false,
    data: {
      object: {
        id: sessionId,
        object: "checkout.session",
        status: random.pick(["open", "complete", "expired"]),
        payment_status: random.pick(["paid", "unpaid"]),
        metadata: { static_checkout: "1" },
      },
    } as { object: { id: string } },
  };
}
