import {
  subjectOf,
  type Channel,
  type DeliveryProgress,
  type Notification,
  type Outbox,
  type NotificationKind,
} from "./outbox.ts";
import { MAX_ATTEMPTS, nextTryAfter } from "../../retry/backoff.ts";
import { shorten } from "../order.ts";
import { isPaused } from "../access.ts";
import type { ControlDraft } from "../update-control.ts";

/** The deliveries that an order's outbox holds: the changes that the record goes through for them, as pure functions. */

/** One notification on one channel. */
export interface OutboxDelivery {
  notification: Notification;
  channel: Channel;
  progress: DeliveryProgress;
}

export function deliveriesIn(outbox: Outbox | undefined): OutboxDelivery[] {
  return Object.values(outbox ?? {}).flatMap((notification) =>
    Object.entries(notification.deliveries).map(([channel, progress]) => ({
      notification,
      channel: channel as Channel,
      progress,
    })),
  );
}

/** Identifies a delivery within its order. */
export function nameOf({ notification, channel }: OutboxDelivery): string {
  return `${notification.kind} ${notification.count} ${channel}`;
}

/** True while there is a delivery that can be made and was never tried. */
export function owesFreshNotifications(control: ControlDraft): boolean {
  return dueDeliveries(control, { askedByOwner: false, isDue: false, tried: new Set() }).length > 0;
}

/** True while there is something to deliver. The owner may ask for another try of what was given up. */
export function owesNotifications(outbox: Outbox | undefined, askedByOwner = false): boolean {
  return deliveriesIn(outbox).some(({ progress }) => isOwed(progress, askedByOwner));
}

/** The owner's own code failed for good. Unlike a lost message, this leaves the owner something to fix. */
export function isLeftToOwner(outbox: Outbox | undefined): boolean {
  return deliveriesIn(outbox).some(
    ({ channel, progress }) => channel === "code" && progress.state === "gave_up",
  );
}

/**
 * The deliveries to make now; each is tried once a run. `tried` names those that this run has begun. A delivery that failed before
 * waits until it is due. On each channel, later notifications wait until the order itself was reported or given up: a refund means
 * nothing to someone who never heard of the order.
 */
export function dueDeliveries(
  control: ControlDraft,
  { askedByOwner, isDue, tried }: { askedByOwner: boolean; isDue: boolean; tried: ReadonlySet<string> },
): readonly OutboxDelivery[] {
  const owed = deliveriesIn(control.news).filter(({ progress }) => isOwed(progress, askedByOwner));
  const due = owed.filter(
    (delivery) => (isDue || delivery.progress.attempts === 0) && !tried.has(nameOf(delivery)),
  );
  const first = [...due, ...owed.filter(({ progress }) => isOwed(progress, false))].filter(isOfOrder);
  const waiting = new Set(first.map(({ channel }) => channel));
  return due.filter((delivery) => isOfOrder(delivery) || !waiting.has(delivery.channel));
}

function isOfOrder({ notification }: OutboxDelivery): boolean {
  return subjectOf(notification.kind) === "order";
}

/** Counts the attempt before anything is sent, so there are never fewer attempts than messages. */
export function beginDeliveries(control: ControlDraft, deliveries: readonly OutboxDelivery[]): ControlDraft {
  return deliveries.reduce(
    (begun, { notification, channel }) =>
      updateDelivery(begun, notification, channel, ({ attempts }) => ({
        state: "started",
        attempts: attempts + 1,
      })),
    control,
  );
}

/** Takes back attempts that were written down but not made. `deliveries` are as they stood before. */
export function unbeginDeliveries(
  control: ControlDraft,
  deliveries: readonly OutboxDelivery[],
): ControlDraft {
  return deliveries.reduce(
    (left, { notification, channel, progress: before }) =>
      updateDelivery(left, notification, channel, (progress) =>
        progress.state === "started" && progress.attempts === before.attempts + 1 ? before : progress,
      ),
    control,
  );
}

/** The delivery waits for the owner, and no further attempt is counted. The first one stays, so that it is not taken for a new delivery. */
export function blockDelivery(
  control: ControlDraft,
  { notification, channel, progress: before }: OutboxDelivery,
): ControlDraft {
  return updateDelivery(control, notification, channel, ({ state }) => ({
    state,
    attempts: Math.max(1, before.attempts),
  }));
}

/** Deliveries that were begun as often as allowed and never finished: the run died each time. */
export function exhaustedDeliveries(control: ControlDraft): readonly OutboxDelivery[] {
  return deliveriesIn(control.news).filter(
    ({ progress }) => progress.state === "started" && progress.attempts >= MAX_ATTEMPTS,
  );
}

export function giveUpDeliveries(control: ControlDraft, deliveries: readonly OutboxDelivery[]): ControlDraft {
  return deliveries.reduce(
    (left, { notification, channel }) =>
      updateDelivery(left, notification, channel, ({ attempts }) => ({ state: "gave_up", attempts })),
    control,
  );
}

/**
 * Skips what is no longer true: that an order needs attention once it is fulfilled, or that a renewal failed once Stripe no longer
 * asks for it. This is no part of the change itself, because only the lease holder knows that no such message is on its way.
 */
export function skipMootDeliveries(control: ControlDraft): ControlDraft {
  return deliveriesIn(control.news)
    .filter(({ notification: { kind }, progress }) => isMoot(kind, control) && progress.state !== "done")
    .reduce(
      (left, { notification, channel }) =>
        updateDelivery(left, notification, channel, ({ attempts }) => ({ state: "skipped", attempts })),
      control,
    );
}

function isMoot(kind: NotificationKind, { state, mirror }: ControlDraft): boolean {
  if (kind === "needs_attention") return state === "fulfilled";
  return kind.startsWith("renewal_failed") && mirror.renewal === undefined;
}

/** Changes one delivery of a notification, unless its subject has a newer notification by now. */
export function updateDelivery(
  control: ControlDraft,
  { kind, count }: Notification,
  channel: Channel,
  change: (progress: DeliveryProgress) => DeliveryProgress,
): ControlDraft {
  const subject = subjectOf(kind);
  const current = control.news?.[subject];
  const progress = current?.deliveries[channel];
  if (current === undefined || current.count !== count || progress === undefined) return control;
  const deliveries = { ...current.deliveries, [channel]: change(progress) };
  return { ...control, news: { ...control.news, [subject]: { ...current, deliveries } } };
}

/** While steps are owed, their error and next try take precedence: the buyer is waiting for them. */
export function failDelivery(
  control: ControlDraft,
  attempts: number,
  error: string,
  nowMs: number,
): ControlDraft {
  if (control.state === "paid" && !isPaused(control)) return control;
  const lastError = control.state === "fulfilled" ? shorten(error) : control.lastError;
  const nextTryMs = nextTryAfter(attempts, nowMs);
  return { ...control, nextTryMs, ...(lastError !== undefined && { lastError }) };
}

function isOwed({ state }: DeliveryProgress, askedByOwner: boolean): boolean {
  return state === "todo" || state === "started" || (askedByOwner && state === "gave_up");
}
