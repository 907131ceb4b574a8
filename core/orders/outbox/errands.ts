import { subjectOf, type Channel, type Delivery, type News, type NewsBook, type NewsKind } from "./news.ts";
import { MAX_ATTEMPTS, nextTryAfter } from "../../retry/backoff.ts";
import { shorten } from "../order.ts";
import { isPaused } from "../revocation.ts";
import type { ControlDraft } from "../update-control.ts";

/** News that is still to be delivered: the changes that an order's record goes through for it, as pure functions. */

/** One piece of news on one channel. */
export interface Errand {
  news: News;
  channel: Channel;
  delivery: Delivery;
}

export function errandsIn(book: NewsBook | undefined): Errand[] {
  return Object.values(book ?? {}).flatMap((news) =>
    Object.entries(news.deliveries).map(([channel, delivery]) => ({
      news,
      channel: channel as Channel,
      delivery,
    })),
  );
}

/** Identifies an errand within its order. */
export function nameOf({ news, channel }: Errand): string {
  return `${news.kind} ${news.count} ${channel}`;
}

/** True while there is news that can be delivered and was never tried. */
export function owesFreshNews(control: ControlDraft): boolean {
  return chooseErrands(control, { askedByOwner: false, isDue: false, tried: new Set() }).length > 0;
}

/** True while there is news to deliver. The owner may ask for another try of what was given up. */
export function owesNews(book: NewsBook | undefined, askedByOwner = false): boolean {
  return errandsIn(book).some(({ delivery }) => isOwed(delivery, askedByOwner));
}

/** The owner's own code failed for good. Unlike a lost message, this leaves the owner something to fix. */
export function isLeftToOwner(book: NewsBook | undefined): boolean {
  return errandsIn(book).some(({ channel, delivery }) => channel === "code" && delivery.state === "gave_up");
}

/**
 * The errands to run now; each is tried once a run. `tried` names those that this run has begun. An errand that failed before waits
 * until it is due. On each channel, later news waits until the order itself was reported or given up: a refund means nothing to
 * someone who never heard of the order.
 */
export function chooseErrands(
  control: ControlDraft,
  { askedByOwner, isDue, tried }: { askedByOwner: boolean; isDue: boolean; tried: ReadonlySet<string> },
): readonly Errand[] {
  const owed = errandsIn(control.news).filter(({ delivery }) => isOwed(delivery, askedByOwner));
  const due = owed.filter(
    (errand) => (isDue || errand.delivery.attempts === 0) && !tried.has(nameOf(errand)),
  );
  const first = [...due, ...owed.filter(({ delivery }) => isOwed(delivery, false))].filter(isOfOrder);
  const waiting = new Set(first.map(({ channel }) => channel));
  return due.filter((errand) => isOfOrder(errand) || !waiting.has(errand.channel));
}

function isOfOrder({ news }: Errand): boolean {
  return subjectOf(news.kind) === "order";
}

/** Counts the attempt before anything is sent, so there are never fewer attempts than messages. */
export function beginErrands(control: ControlDraft, errands: readonly Errand[]): ControlDraft {
  return errands.reduce(
    (begun, { news, channel }) =>
      noteDelivery(begun, news, channel, ({ attempts }) => ({ state: "started", attempts: attempts + 1 })),
    control,
  );
}

/** Takes back attempts that were written down but not made. `errands` are as they stood before. */
export function unbeginErrands(control: ControlDraft, errands: readonly Errand[]): ControlDraft {
  return errands.reduce(
    (left, { news, channel, delivery: before }) =>
      noteDelivery(left, news, channel, (delivery) =>
        delivery.state === "started" && delivery.attempts === before.attempts + 1 ? before : delivery,
      ),
    control,
  );
}

/** The errand waits for the owner, and no further attempt is counted. The first one stays, so that it is not taken for fresh news. */
export function blockErrand(
  control: ControlDraft,
  { news, channel, delivery: before }: Errand,
): ControlDraft {
  return noteDelivery(control, news, channel, ({ state }) => ({
    state,
    attempts: Math.max(1, before.attempts),
  }));
}

/** Errands that were begun as often as allowed and never finished: the run died each time. */
export function exhaustedErrands(control: ControlDraft): readonly Errand[] {
  return errandsIn(control.news).filter(
    ({ delivery }) => delivery.state === "started" && delivery.attempts >= MAX_ATTEMPTS,
  );
}

export function giveUpErrands(control: ControlDraft, errands: readonly Errand[]): ControlDraft {
  return errands.reduce(
    (left, { news, channel }) =>
      noteDelivery(left, news, channel, ({ attempts }) => ({ state: "gave_up", attempts })),
    control,
  );
}

/**
 * Skips what is no longer true: that an order needs attention once it is fulfilled, or that a renewal failed once Stripe no longer
 * asks for it. This is no part of the change itself, because only the lease holder knows that no such message is on its way.
 */
export function callOffErrands(control: ControlDraft): ControlDraft {
  return errandsIn(control.news)
    .filter(({ news: { kind }, delivery }) => isMoot(kind, control) && delivery.state !== "done")
    .reduce(
      (left, { news, channel }) =>
        noteDelivery(left, news, channel, ({ attempts }) => ({ state: "skipped", attempts })),
      control,
    );
}

function isMoot(kind: NewsKind, { state, mirror }: ControlDraft): boolean {
  if (kind === "needs_attention") return state === "fulfilled";
  return kind.startsWith("renewal_failed") && mirror.renewal === undefined;
}

/** Changes one channel's part in a piece of news, unless the subject has newer news by now. */
export function noteDelivery(
  control: ControlDraft,
  { kind, count }: News,
  channel: Channel,
  change: (delivery: Delivery) => Delivery,
): ControlDraft {
  const subject = subjectOf(kind);
  const current = control.news?.[subject];
  const delivery = current?.deliveries[channel];
  if (current === undefined || current.count !== count || delivery === undefined) return control;
  const deliveries = { ...current.deliveries, [channel]: change(delivery) };
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

function isOwed({ state }: Delivery, askedByOwner: boolean): boolean {
  return state === "todo" || state === "started" || (askedByOwner && state === "gave_up");
}
