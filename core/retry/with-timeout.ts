/** Calls back once after `delayMs`; the returned function cancels it. The only timer that the core uses. */
export type Schedule = (delayMs: number, callback: () => void) => () => void;

/**
 * Rejects when `work` takes longer than `timeoutMs`, and aborts its signal. Work that ignores the signal continues unseen, which is
 * why effects carry idempotency keys.
 */
export async function withTimeout<T>(
  timeoutMs: number,
  schedule: Schedule,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  let cancel = (): void => undefined;
  const timeout = new Promise<never>((_, reject) => {
    cancel = schedule(timeoutMs, () => {
      const error = new Error(`Timed out after ${timeoutMs} ms.`);
      abort.abort(error);
      reject(error);
    });
  });
  try {
    return await Promise.race([work(abort.signal), timeout]);
  } finally {
    cancel();
  }
}

export function sleep(delayMs: number, schedule: Schedule): Promise<void> {
  return new Promise((resolve) => void schedule(delayMs, resolve));
}
