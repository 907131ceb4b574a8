import * as z from "zod/mini";

import type { OrderId } from "../orders/order.ts";
import type { Finding } from "./check-order.ts";
import { sourceName } from "./source.ts";

const orderIds = z.array(z.string());

export const reconcileReport = z.object({
  checked: z.int().check(z.describe("How many orders were looked at.")),
  repaired: orderIds.check(z.describe("Orders that were not as they should be, and are now.")),
  unfinished: orderIds.check(
    z.describe(
      "Orders that still are not: a step failed again, another run held the order, Stripe or the store could not be reached.",
    ),
  ),
  flagged: orderIds.check(
    z.describe("Orders that wait for their owner: `npm run settle -- cs_…` tries one again."),
  ),
  skipped: orderIds.check(
    z.describe("Stripe's objects whose orders could not be found; they were passed over. The log says why."),
  ),
  incomplete: z
    .array(sourceName)
    .check(
      z.describe(
        "Lists that were not read to their end. If time ran out, the next run resumes there; if there was an error, the log names it.",
      ),
    ),
});

export type ReconcileReport = z.infer<typeof reconcileReport>;

/** A report, and a quick way to write to it: a run may find many thousands of orders. */
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
