import type { CheckoutSession } from "../state/stored.ts";

/**
 * Merges metadata as Stripe does: named keys are set, an empty value removes its key, "" removes everything.
 * Works in every status, also after completion; no event is announced.
 */
export function updateSessionMetadata(session: CheckoutSession, change: Record<string, string> | ""): void {
  session.metadata = change === "" ? {} : mergeMetadata(session.metadata ?? {}, change);
}

/** What metadata holds after a change; also used to check the limit of keys beforehand. */
export function mergeMetadata(
  current: Record<string, string>,
  change: Record<string, string>,
): Record<string, string> {
  const merged = { ...current, ...change };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ""));
}
