import type { Deadline } from "../retry/deadline.ts";

/** Time kept for the write that begins an effect. Undoing that beginning would cost a second write. */
const BEGIN_RESERVE_MS = 500;

/** Services back from an effect's time, so that its result can still be written. */
const END_RESERVE_MS = 1_000;

/** The next write may take a little longer than the slowest so far. */
const MARGIN = 1.25;

/** The time that a run has for effects. Writes tend to be slow together, so the slowest so far says what to keep back for the next. */
export interface EffectTime {
  /** For an effect that begins now, in ms. Negative when there would be no time left to write its result. */
  leftMs(): number;
  /** True when there is time to write an effect's beginning, run it for `neededMs` and write its result. */
  isEnoughToBegin(neededMs: number): boolean;
  /** Resolves to what `write` resolves to, and remembers how long it took. */
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
