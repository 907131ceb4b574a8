import type { Deadline } from "./deadline.ts";

/** Time kept for the write that begins an effect. Taking back an effect that was begun costs a second write. */
const BEGIN_RESERVE_MS = 500;

/** Kept back from an effect's time, so that its result can still be written. */
const END_RESERVE_MS = 1_000;

/** The next write may take a little longer than the slowest so far. */
const MARGIN = 1.25;

/** The time that a run has for effects. Writes are slow together: the slowest one says what to keep back for the next. */
export interface EffectTime {
  /** For an effect that begins now, in ms. Negative when even its result could not be written in time. */
  leftMs(): number;
  /** True when an effect that takes `neededMs` can be begun, which takes a write, and its result written. */
  isEnoughToBegin(neededMs: number): boolean;
  /** Passes on what `write` resolves to, and remembers how long it took. */
  measured<T>(write: () => Promise<T>): Promise<T>;
}

export function createEffectTime(deadline: Deadline, leaseEndMs: number, now: () => number): EffectTime {
  let slowestMs = 0;
  const leftMs = (): number =>
    Math.min(deadline.remainingMs(), leaseEndMs - now()) - Math.max(END_RESERVE_MS, slowestMs * MARGIN);

  return {
    leftMs,
    isEnoughToBegin: (neededMs) => leftMs() >= neededMs + Math.max(BEGIN_RESERVE_MS, slowestMs * MARGIN),

    async measured(write) {
      const startedMs = now();
      const result = await write();
      slowestMs = Math.max(slowestMs, now() - startedMs);
      return result;
    },
  };
}
