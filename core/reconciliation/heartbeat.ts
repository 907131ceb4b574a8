import type { Progress } from "./watermark.ts";

/** Hosts run the scheduled reconciliation at least once a day. */
const OVERDUE_MS = 26 * 3_600_000;

/** True when runs have begun, and none has come to its end for longer than a day. */
export function isOverdue(progress: Progress | undefined, nowMs: number): boolean {
  return progress !== undefined && nowMs - progress.finishedMs > OVERDUE_MS;
}
