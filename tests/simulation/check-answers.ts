import type { ControlRecord } from "../../core/orders/order.ts";
import type { OrderBook } from "./order-book.ts";
import { isPaused, showCounts, type EventObject, type Truth, type Truths } from "./truths.ts";
import type { Violations } from "./violations.ts";

/** The events a shop must act on, written down again: what is missing from the shop's own table would go unnoticed. */
const HANDLED =
  /^(?:checkout\.session\.(?:completed|async_payment_succeeded|async_payment_failed|expired)|charge\.refunded|refund\.(?:created|updated|failed)|charge\.dispute\.\w+|customer\.subscription\.(?:created|updated|deleted|paused|resumed)|invoice\.(?:paid|payment_failed))$/;

const TERMINAL = ["needs_attention", "fulfilled"];

export interface DeliveredEvent {
  id: string;
  type: string;
  data: { object: EventObject };
}

export function isHandled(type: string): boolean {
  return HANDLED.test(type);
}

/**
 * I7: what a 200 to a webhook promises, looked up at the moment it is given. `lengthAtEvent` counts the truths that were known when
 * the event happened: the shop must have seen one of that age or younger.
 */
export function checkAnswer(
  event: DeliveredEvent,
  startedMs: number,
  { book, truths, violations }: { book: OrderBook; truths: Truths; violations: Violations },
): void {
  if (!isHandled(event.type)) return;
  for (const orderId of truths.sessionsOf(event.data.object)) {
    const complain = (what: string): void =>
      violations.report("I7 a 200 is a durable promise", `${orderId}: 200 to ${event.type}, but ${what}`);
    const history = truths.history(orderId);
    const since = Math.max(0, truths.lengthAt(event.id, orderId) - 1);
    const then = history[since];
    const control = book.current(orderId)?.control;
    if (then === undefined || then.status === "open") continue;

    if (then.status === "expired") {
      if (control?.state === "awaiting_payment") complain("the order still waits for a payment");
      continue;
    }
    if (control === undefined) {
      complain("there is no order");
      continue;
    }
    // What was paused before it was delivered waits until it goes on; asked of Stripe, not of the record.
    const waits = control.state === "paid" && history.slice(since).some(isPaused);
    if (then.isPaid && !waits && !TERMINAL.includes(control.state)) complain(`the order is ${control.state}`);
    if (then.hasFailed && control.state === "awaiting_payment")
      complain("the order still waits for a payment");
    // Another run may write what it knew before this one did; it looks again, and the end is checked again.
    const records = book.since(orderId, startedMs);
    const isRenewed = truths.hasLaterPayments(orderId);
    if (
      !records.some((stored) =>
        history.slice(since).some((truth) => agrees(stored.control, truth, event.type, isRenewed)),
      )
    ) {
      complain("what it reported is not recorded");
    }
    if (records.every((stored) => owesNews(stored.control))) complain("the owner was not told yet");
  }
}

/** S6: a checkout that is still open is finished by Checkout's own event; no other has to come back for three days. */
export async function checkRefusal(
  { id, type }: DeliveredEvent,
  response: Response,
  violations: Violations,
): Promise<void> {
  if (type.startsWith("checkout.session.")) return;
  const { error } = (await response.clone().json()) as { error?: { code?: string } };
  if (error?.code === "not_completed")
    violations.report(
      "S6 Stripe is not kept coming back",
      `${id} (${type}) is refused: the checkout is open`,
    );
}

/** In the words of a truth. */
export function showDisputes({ disputes }: ControlRecord["mirror"]): string | undefined {
  return disputes && showCounts((word) => disputes[word as keyof typeof disputes] ?? 0);
}

/** Somebody of the owner's side is still to be told. */
export function owesNews({ news = {} }: ControlRecord): boolean {
  return Object.values(news)
    .flatMap(({ deliveries }) => Object.values(deliveries))
    .some(({ state }) => state === "todo" || state === "started");
}

/** Only what the event is about. A dispute that is a mere inquiry shows nowhere but in its own events. */
function agrees({ mirror }: ControlRecord, truth: Truth, eventType: string, isRenewed: boolean): boolean {
  if (eventType.includes("dispute"))
    return mirror.dispute === truth.dispute && showDisputes(mirror) === truth.disputes;
  if (eventType.includes("subscription")) return mirror.subscription === truth.subscription;
  if (eventType.includes("invoice")) return mirror.renewal === truth.renewal;
  if (eventType.startsWith("checkout.") && mirror.subscription !== truth.subscription) return false;
  // The later payments of a subscription are gone through when a refund or a dispute is reported.
  if (eventType.startsWith("checkout.") && isRenewed) return true;
  return mirror.refundedMinor === truth.refundedMinor && mirror.fullyRefunded === truth.fullyRefunded;
}
