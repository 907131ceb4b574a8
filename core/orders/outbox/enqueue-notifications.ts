import { newestDispute } from "../disputes.ts";
import type { FulfillmentStep } from "../fulfillment-step.ts";
import type { Notifier } from "./notifier.ts";
import { stepOf } from "./step-of.ts";
import { subjectOf, type Channel, type Notification, type Outbox, type NotificationKind } from "./outbox.ts";
import type { DisputeState, PaymentMirror } from "../order.ts";
import { hasEnded, isPaused } from "../access.ts";
import { isPaid, transitionsBetween } from "../transitions.ts";
import type { ControlDraft } from "../update-control.ts";

/** What says who hears of an order. */
export interface AudienceDependencies {
  notifier: Pick<Notifier, "audience">;
  steps: readonly FulfillmentStep[];
}

const NOTHING_YET: PaymentMirror = { refundedMinor: 0, fullyRefunded: false };

const DISPUTE_KINDS: Readonly<Record<DisputeState, NotificationKind>> = {
  inquiry: "dispute_inquiry",
  open: "dispute_opened",
  won: "dispute_won",
  lost: "dispute_lost",
};

/**
 * Adds to the outbox of `after` the notifications of what changed since `before`. Called inside the compare-and-set that writes the
 * change, so that a change and the duty to report it become durable together, once. Returns `after` itself when there is nothing to
 * report.
 */
export function enqueueNotifications(
  before: ControlDraft | undefined,
  after: ControlDraft,
  { notifier, steps }: AudienceDependencies,
): ControlDraft {
  const audience = (kind: NotificationKind): Channel[] => [
    ...(stepOf(kind, steps) === undefined ? [] : ["code" as const]),
    ...notifier.audience(kind),
  ];
  const kinds = whatHappened(before, after);
  const outbox = kinds.reduce((queued, kind) => enqueue(queued, kind, audience(kind)), after.news);
  if (outbox === undefined || outbox === after.news) return after;
  return { ...after, v: after.v === 3 ? 3 : 2, news: outbox };
}

/** As long as the money is not in, an order has only one kind of notification: that it never will be. */
function whatHappened(before: ControlDraft | undefined, after: ControlDraft): NotificationKind[] {
  if (before === after) return [];
  if (!isPaid(after)) return hasFailed(after) && !hasFailed(before) ? ["payment_failed"] : [];
  const transitions = transitionsBetween(before, after);
  const isNew = transitions.includes("paid");
  const known = isNew ? undefined : before;
  const was = known?.mirror ?? NOTHING_YET;
  const is = after.mirror;
  const kinds: NotificationKind[] = isNew ? ["paid"] : [];

  if (after.state === "needs_attention" && known?.state !== "needs_attention") kinds.push("needs_attention");
  if (is.refundedMinor > was.refundedMinor) kinds.push("refunded");
  if (is.refundedMinor < was.refundedMinor) kinds.push("refund_failed");
  const dispute = newestDispute(was, is);
  if (dispute !== undefined) kinds.push(DISPUTE_KINDS[dispute]);
  const ofSubscription = subscriptionKind(was, is);
  if (ofSubscription !== undefined) kinds.push(ofSubscription);
  return [...kinds, ...transitions.filter((transition) => transition !== "paid")];
}

/** Once a subscription has ended or is paused, its renewals need no message of their own. */
function subscriptionKind(was: PaymentMirror, is: PaymentMirror): NotificationKind | undefined {
  const standstill = standstillOf(is);
  if (standstill !== standstillOf(was)) return standstill ?? "subscription_resumed";
  if (standstill !== undefined || is.renewal === undefined || is.renewal === was.renewal) return undefined;
  return is.renewal === "failed" ? "renewal_failed" : "renewal_failed_finally";
}

function standstillOf(mirror: PaymentMirror): "subscription_ended" | "subscription_paused" | undefined {
  if (hasEnded(mirror.subscription)) return "subscription_ended";
  return isPaused({ mirror }) ? "subscription_paused" : undefined;
}

/** The count rises even if no channel is notified, so that a key is never used for two events. */
function enqueue(
  outbox: Outbox | undefined,
  kind: NotificationKind,
  channels: readonly Channel[],
): Outbox | undefined {
  const subject = subjectOf(kind);
  const earlier = outbox?.[subject];
  if (earlier === undefined && channels.length === 0) return outbox;
  const deliveries = channels
    .filter((channel) => !isMoot(earlier, channel))
    .map((channel) => [channel, { state: "todo", attempts: 0 }]);
  return {
    ...outbox,
    [subject]: { kind, count: (earlier?.count ?? 0) + 1, deliveries: Object.fromEntries(deliveries) },
  };
}

/**
 * A channel that was never told that access was revoked need not hear that it is restored. This is only certain of the first
 * notification: what came before a later one may have been delivered, or not.
 */
function isMoot(earlier: Notification | undefined, channel: Channel): boolean {
  const isFirst = earlier?.kind === "revoked" && earlier.count === 1;
  return isFirst && earlier.deliveries[channel]?.state === "todo";
}

function hasFailed(control: ControlDraft | undefined): boolean {
  return control?.state === "payment_failed";
}
