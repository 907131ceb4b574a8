import { plainCopy } from "../../simulator/state/plain-copy.ts";
import type { Random } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";

/**
 * Stripe's SDK takes its timeouts, its retries and their jitter from the globals. While a schedule runs, those are the virtual
 * clock's and the seed's, so that the shipped client runs as it is. One schedule at a time per process.
 */
export function replaceGlobals(
  time: VirtualTime,
  random: Random,
  onUnhandled: (error: unknown) => void,
): { restore: () => void } {
  const { setTimeout, clearTimeout, structuredClone } = globalThis;
  const { now } = Date;
  const chance = Math.random;
  const { stackTraceLimit } = Error;

  const virtual = {
    // The records in memory are plain JSON.
    structuredClone: plainCopy,
    setTimeout: (run: (...values: unknown[]) => void, delayMs = 0, ...values: unknown[]) =>
      time.schedule(delayMs, () => run(...values)),
    clearTimeout: (cancel: unknown) => {
      if (typeof cancel === "function") cancel();
    },
  };
  Object.assign(globalThis, virtual);
  Date.now = time.now;
  Math.random = random.next;
  // Thousands of errors are thrown on purpose, and their stacks are never read.
  Error.stackTraceLimit = 0;
  process.on("unhandledRejection", onUnhandled);

  return {
    restore() {
      process.off("unhandledRejection", onUnhandled);
      Object.assign(globalThis, { setTimeout, clearTimeout, structuredClone });
      Date.now = now;
      Math.random = chance;
      Error.stackTraceLimit = stackTraceLimit;
    },
  };
}
