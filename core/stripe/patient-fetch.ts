import type { Runtime } from "../runtime.ts";

/**
 * The waits before the second and the third try, in ms. Half of each is random, so that requests which were refused together do not
 * meet again.
 */
const WAITS_MS = [400, 800];

/** If Stripe asks for a longer wait than this, the caller gets the refusal instead: its own deadline is near. */
const LONGEST_WAIT_MS = 2_000;

/**
 * A fetch that tries again when Stripe says that there were too many requests: status 429, which the SDK does not repeat. Nothing was
 * carried out then, and the same request goes out again, idempotency key included. Ends with the caller's own timeout.
 */
export function createPatientFetch({
  fetch,
  schedule,
  random,
}: Pick<Runtime, "fetch" | "schedule" | "random">): typeof globalThis.fetch {
  return async (input, init) => {
    for (const waitMs of WAITS_MS) {
      const response = await fetch(input, init);
      // Stripe writes seconds. A gateway may write a date, which is ignored.
      const askedMs = 1000 * (Number(response.headers.get("retry-after")) || 0);
      if (response.status !== 429 || askedMs > LONGEST_WAIT_MS) return response;
      // A body that is not read would keep its connection busy.
      await response.body?.cancel();
      await sleep(Math.max(askedMs, waitMs / 2 + random() * (waitMs / 2)), init?.signal);
    }
    return fetch(input, init);
  };

  function sleep(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const cancel = schedule(ms, resolve);
      signal?.addEventListener("abort", () => {
        cancel();
        reject(signal.reason as Error);
      });
    });
  }
}
