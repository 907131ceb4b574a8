import type { ControlRecord } from "../../core/orders/order.ts";
import type { OrderBook } from "./order-book.ts";
import { isPaused, showCounts, type EventObject, type Truth, type Truths } from "./truths.ts";
import type { Violations } from "./violations.ts";

/** The events a shop must act on. Written down again, because an event missing from the shop's own table would go unnoticed. */
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
 * I7: checks what a 200 to a webhook promises at the moment it is given. `truths.lengthAt` counts the truths that were known when the
 * event happened: the shop must have seen that truth or a younger one.
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
    // An order that was paused before it was delivered waits until it goes on. Stripe says so here, not the record.
    const waits = control.state === "paid" && history.slice(since).some(isPaused);
    if (then.isPaid && !waits && !TERMINAL.includes(control.state)) complain(`the order is ${control.state}`);
    if (then.hasFailed && control.state === "awaiting_payment")
      complain("the order still waits for a payment");
    // Another run may write older facts before this one writes. It looks again, and the end is checked again.
    const records = book.since(orderId, startedMs);
    if (
      !records.some((stored) =>
        history.slice(since).some((truth) => agrees(stored.control, truth, event.type, history)),
      )
    ) {
      complain("what it reported is not recorded");
    }
    if (records.every((stored) => owesNotifications(stored.control))) complain("the owner was not told yet");
  }
}

/** S6: Checkout's own event finishes a checkout that is still open, so Stripe need not retry any other event for three days. */
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

/** True while a message to the owner's side is owed. */
export function owesNotifications({ news = {} }: ControlRecord): boolean {
  return Object.values(news)
    .flatMap(({ deliveries }) => Object.values(deliveries))
    .some(({ state }) => state === "todo" || state === "started");
}

/** Compares only what the event is about. An inquiry shows only in its own events. */
function agrees(
  { mirror }: ControlRecord,
  truth: Truth,
  eventType: string,
  history: readonly Truth[],
): boolean {
  const isRefundedLike = (one: Truth): boolean =>
    mirror.refundedMinor === one.refundedMinor && mirror.fullyRefunded === one.fullyRefunded;
  if (eventType.includes("dispute"))
    return mirror.dispute === truth.dispute && showDisputes(mirror) === truth.disputes;
  if (eventType.includes("subscription")) return mirror.subscription === truth.subscription;
  if (eventType.includes("invoice")) return mirror.renewal === truth.renewal;
  // The shop goes through the payments of a subscription that it knows only when Stripe reports a refund or a dispute.
  if (eventType.startsWith("checkout.") && truth.subscription !== undefined)
    return mirror.subscription === truth.subscription && history.some(isRefundedLike);
  return isRefundedLike(truth);
}
