import { subjectOf, type Channel, type Delivery, type News, type NewsBook, type NewsKind } from "./news.ts";
import { MAX_ATTEMPTS, nextTryAfter, shorten } from "./retry.ts";
import { isPaused } from "./revocation.ts";
import type { ControlDraft } from "./update-control.ts";

/** Who has yet to be told of what: the changes an order's record goes through for its news, as pure functions. */

/** One channel's part in one piece of news. */
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

/** Tells one errand of an order from another. */
export function nameOf({ news, channel }: Errand): string {
  return `${news.kind} ${news.count} ${channel}`;
}

/** True while there is something that can be told, and that nobody has tried to tell yet. */
export function owesFreshNews(control: ControlDraft): boolean {
  return chooseErrands(control, { askedByOwner: false, isDue: false, tried: new Set() }).length > 0;
}

/** True while somebody has to be told. The owner may ask for another try of what was given up. */
export function owesNews(book: NewsBook | undefined, askedByOwner = false): boolean {
  return errandsIn(book).some(({ delivery }) => isOwed(delivery, askedByOwner));
}

/** The owner's own code failed for good: unlike a lost message this leaves the owner something to mend. */
export function isLeftToOwner(book: NewsBook | undefined): boolean {
  return errandsIn(book).some(({ channel, delivery }) => channel === "code" && delivery.state === "gave_up");
}

/**
 * Whom to tell now: each is tried once a run. `tried` names what this run has begun. What failed before waits until it is due. What
 * happened to an order since waits, channel by channel, until the order itself is told or given up: a refund of something that was
 * never heard of means nothing.
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

/** Counted before anything is sent: never fewer attempts than messages. */
export function beginErrands(control: ControlDraft, errands: readonly Errand[]): ControlDraft {
  return errands.reduce(
    (begun, { news, channel }) =>
      noteDelivery(begun, news, channel, ({ attempts }) => ({ state: "started", attempts: attempts + 1 })),
    control,
  );
}

/** The attempts were written down and then not made: they do not count. `errands` are as they stood before that. */
export function unbeginErrands(control: ControlDraft, errands: readonly Errand[]): ControlDraft {
  return errands.reduce(
    (left, { news, channel, delivery: before }) =>
      noteDelivery(left, news, channel, (delivery) =>
        delivery.state === "started" && delivery.attempts === before.attempts + 1 ? before : delivery,
      ),
    control,
  );
}

/** It waits for what its owner mends, and no further attempt is counted: the first stays, so that it is not taken for a new one. */
export function blockErrand(
  control: ControlDraft,
  { news, channel, delivery: before }: Errand,
): ControlDraft {
  return noteDelivery(control, news, channel, ({ state }) => ({
    state,
    attempts: Math.max(1, before.attempts),
  }));
}

/** Begun so often, and never done: whoever began them died each time. */
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
 * Nobody is told any more that an order needs attention once it is fulfilled, or that a renewal failed once Stripe
 * asks for it no more. Left out of the change itself, because only who holds the lease knows that no such message is on its way.
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

/** Changes one channel's part in a piece of news, unless the subject has newer ones by now. */
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

/** The error and the next try of a step go first, where steps are owed: they are what keeps the buyer waiting. */
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
