import type { Deadline } from "../retry/deadline.ts";
import type { SettleDependencies } from "../orders/settle-dependencies.ts";
import { checkOrder, readTogether } from "./check-order.ts";
import { findCandidates, type Found } from "./find-candidates.ts";
import type { Reading } from "./reading.ts";
import type { ReconcileReport, ReportWriter } from "./run-report.ts";
import { createTurns, severalAtOnce } from "./several-at-once.ts";
import type { Candidate } from "./source.ts";
import type { SourceName } from "./source.ts";
import { END, type Pass } from "./watermark.ts";

/** A source that is being looked through. */
export interface Listing {
  name: SourceName;
  reading: Reading;
  /** An earlier run read it to its end; it is read again for what has come since. */
  wasRead: boolean;
  /** Entries that this run has looked at. */
  lookedAt: number;
}

export interface LookDependencies {
  pass: Pass;
  startedMs: number;
  /** Orders are settled within this time. */
  work: Deadline;
  /** No order is begun with less time than this. */
  beginMs: number;
  /**
   * The first orders of a list may begin with only this much, because finding them may have taken long, and would again in the next run.
   */
  lookMs: number;
  writer: ReportWriter;
  /** `<subject> <order>` of everything that was looked at. */
  seen: Set<string>;
  onChecked: (report: ReconcileReport, source: SourceName) => void;
  settling: SettleDependencies;
}

/** Entries that are looked at together. Stripe, where the records may be kept, allows 25 requests a second. */
const BATCH = 12;

/** A run that finds entries in a list looks at this many of them, even if time is short. */
const FIRST = 4;

/**
 * Looks through a list until it ends, or its share of the time does. The place in the list moves past what was looked at. Resolves to
 * false when time ran out first.
 */
export function createLookThrough(dependencies: LookDependencies) {
  const { pass, startedMs, work, beginMs, lookMs, writer, settling } = dependencies;
  const inTurn = createTurns();

  function onSkipped(objectId: string, mayComeRight: boolean): void {
    writer.note("skipped", objectId);
    if (mayComeRight) pass.hasUnfinished = true;
  }

  return async (listing: Listing, share: Deadline): Promise<boolean> => {
    const { name, reading, wasRead } = listing;
    const isTimeLeft = (): boolean => share.remainingMs() > 0 && work.remainingMs() >= beginMs;
    const mayBegin = (begun: number): boolean =>
      isTimeLeft() || (begun + listing.lookedAt < FIRST && work.remainingMs() >= lookMs);
    for (;;) {
      // Finding the orders of an entry may take several calls, and the orders found have to be looked at, too.
      const halfMs = share.remainingMs() / 2;
      const isEarly = (begun: number): boolean => begun < FIRST || share.remainingMs() > halfMs;
      const batch = await reading.next(BATCH, isEarly);
      if (batch.length === 0) break;
      if (!mayBegin(0)) {
        reading.putBack(batch);
        return false;
      }
      const options = { source: name, startedMs, mayBegin: isEarly, onSkipped, log: settling.log };
      const { found, failure } = await findCandidates(batch, options);
      const count = await lookAt(found, name, mayBegin, inTurn, dependencies);
      listing.lookedAt += count;
      const last = found[count - 1];
      if (last !== undefined && !wasRead) pass.reached[name] = last.entry.cursor;
      reading.putBack([...found.slice(count).map(asFound), ...batch.slice(found.length)]);
      if (count < found.length) return false;
      if (failure !== undefined) throw failure.error;
    }
    pass.reached[name] = END;
    return true;
  };
}

/** Looks at the orders of a part of a list, several at once, never at one order twice. Resolves to the number of entries looked at. */
function lookAt(
  found: readonly Found[],
  source: SourceName,
  mayBegin: (begun: number) => boolean,
  inTurn: ReturnType<typeof createTurns>,
  { work, writer, seen, onChecked, settling }: LookDependencies,
): Promise<number> {
  const keyOf = (candidate: Candidate): string => `${subjectOf(candidate, source)} ${candidate.orderId}`;
  const unseen = found.flatMap(({ candidates }) => candidates).filter((one) => !seen.has(keyOf(one)));
  const orderIds = unseen.map(({ orderId }) => orderId);
  const records = readTogether(orderIds, settling);

  return severalAtOnce(found, mayBegin, async ({ candidates }) => {
    const fresh = candidates.filter((candidate) => !seen.has(keyOf(candidate)));
    for (const candidate of fresh) seen.add(keyOf(candidate));
    for (const candidate of fresh) {
      await inTurn(candidate.orderId, async () => {
        const findings = await checkOrder(candidate, records, work, settling);
        writer.report.checked += 1;
        for (const finding of findings) writer.note(finding, candidate.orderId);
        onChecked(writer.report, source);
      });
    }
  });
}

/** Its orders need not be found again. */
function asFound({ entry, candidates }: Found): Found["entry"] {
  return { ...entry, find: async () => candidates };
}

/** What an entry says about its order. A second entry of the same order with the same subject says nothing new. */
function subjectOf({ trigger, refundedMinor, subscription }: Candidate, source: SourceName): string {
  // If an order has two charges, each says how much of it was given back.
  if (refundedMinor !== undefined) return `refund of ${refundedMinor}`;
  // Within one list, the newest entry about a subscription's status comes first and counts. Another list may know better: an event
  // that was not delivered can be older than one that was.
  return subscription === undefined ? trigger : `status in ${source}`;
}
