import { randomBytes } from "node:crypto";

/** The real clock, randomness, timers and network. Nothing else in the simulator touches them. */

export function realNow(): number {
  return Date.now();
}

export function realRandomId(length: number): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join("");
}

/** Timers alone keep no process alive: a server does that. */
export function realSchedule(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}

/** Looks `fetch` up when called, so that interception installed later still sees the request. */
export function realSend(url: string, init: RequestInit): Promise<Response> {
  return globalThis.fetch(url, init);
}

/** Impatient compared with Stripe's three days: a developer waits for the retry. */
export const developmentRetryDelaysMs = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];
