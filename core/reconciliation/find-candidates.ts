import { describeError, errorName, type Log } from "../log/log.ts";
import { classifyStripeError, isPassing, isStripeError } from "../stripe/errors.ts";
import { severalAtOnce } from "./several-at-once.ts";
import type { Candidate, Listed } from "./source.ts";
import type { SourceName } from "./source.ts";

/**
 * Almost as long as Stripe tries to deliver an event: what we cannot explain may come right, for instance with the next version of
 * the shop. Less than the three days after which health reports runs as late.
 */
const LOOK_AGAIN_MS = 2 * 24 * 3_600_000;

export interface Found {
  entry: Listed;
  candidates: readonly Candidate[];
}

export interface Finds {
  /** The first entries of the batch, in order. */
  found: readonly Found[];
  /** What ended the list behind them, for now. */
  failure: { error: unknown } | undefined;
}

export interface FindOptions {
  source: SourceName;
  startedMs: number;
  mayBegin: (begun: number) => boolean;
  /** Called for an entry that is passed over. `mayComeRight`: a later run should look at it again. */
  onSkipped: (objectId: string, mayComeRight: boolean) => void;
  log: Log;
}

/**
 * Finds the orders that entries point to. A passing failure, such as a Stripe that cannot be reached, ends the list where it is. An
 * entry that Stripe refuses to explain, or that we cannot explain, is passed over: the entries behind it must not wait for it.
 */
export async function findCandidates(entries: readonly Listed[], options: FindOptions): Promise<Finds> {
  const { source, startedMs, mayBegin, onSkipped, log } = options;
  const failures = new Map<number, unknown>();
  const candidates: (readonly Candidate[])[] = [];
  const isFirstOrMayBegin = (begun: number): boolean =>
    failures.size === 0 && (begun === 0 || mayBegin(begun));

  const begun = await severalAtOnce(entries, isFirstOrMayBegin, async (entry, index) => {
    try {
      candidates[index] = await entry.find();
    } catch (error) {
      const reason = classifyStripeError(error);
      if (isPassing(reason)) return void failures.set(index, error);
      candidates[index] = [];
      const { objectId, createdMs } = entry;
      // The message of a foreign error may quote anything.
      const told = isStripeError(error) ? describeError(error) : errorName(error);
      log.error("reconcile_entry_failed", { source, objectId, reason, error: told });
      onSkipped(objectId, reason === "unknown" && startedMs - createdMs < LOOK_AGAIN_MS);
    }
  });

  const end = Math.min(begun, ...failures.keys());
  const found = entries.slice(0, end).map((entry, index) => ({ entry, candidates: candidates[index] ?? [] }));
  return { found, failure: failures.has(end) ? { error: failures.get(end) } : undefined };
}
