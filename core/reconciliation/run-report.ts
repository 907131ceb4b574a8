import type { OrderId } from "../orders/order.ts";
import type { Finding } from "./check-order.ts";
import type { SourceName } from "./sources.ts";

export interface ReconcileReport {
  /** Orders that were looked at. */
  checked: number;
  /** Those of them that were not as they should be, and are now. */
  repaired: OrderId[];
  /** Those that still are not: a step failed again, somebody else was at it, Stripe or the store could not be reached. */
  unfinished: OrderId[];
  /** Those that wait for their owner: `npm run settle -- cs_…` tries one again. */
  flagged: OrderId[];
  /** Stripe's objects whose orders could not be found, and that were passed over. The log says why. */
  skipped: string[];
  /** Lists that could not be read to their end. Out of time: the next run goes on there. An error: the log names it. */
  incomplete: SourceName[];
}

/** A report, and a quick way to write into it: a run may find many thousands. */
export interface ReportWriter {
  report: ReconcileReport;
  /** Two sources may find the same order. */
  note(list: Finding | "skipped", id: string): void;
  has(list: Finding, orderId: OrderId): boolean;
}

export function createReport(): ReportWriter {
  const report: ReconcileReport = {
    checked: 0,
    repaired: [],
    unfinished: [],
    flagged: [],
    skipped: [],
    incomplete: [],
  };
  const noted = {
    repaired: new Set<string>(),
    unfinished: new Set<string>(),
    flagged: new Set<string>(),
    skipped: new Set<string>(),
  };
  return {
    report,
    note(list, id) {
      if (noted[list].has(id)) return;
      noted[list].add(id);
      report[list].push(id);
    },
    has: (list, orderId) => noted[list].has(orderId),
  };
}
