import type { SeededBug } from "./seeded-bug.ts";

const RECONCILE = "core/reconciliation/reconcile.ts";
const CHECK_ORDER = "core/reconciliation/check-order.ts";
const SOURCES = "core/reconciliation/sources.ts";
const FIND_CANDIDATES = "core/reconciliation/find-candidates.ts";
const LOOK_THROUGH = "core/reconciliation/look-through.ts";
const PACE = ["tests/unit/core/reconciliation/reconcile-pace.test.ts"];
const ENTRIES = ["tests/unit/core/reconciliation/reconcile-entries.test.ts"];

/** How reconciliation finds what webhooks missed. */
export const RECONCILE_BUGS: readonly SeededBug[] = [
  {
    name: "reconcile-nothing",
    what: "Reconciliation looks at candidates and settles none.",
    hazards: "A31",
    patches: [
      {
        file: CHECK_ORDER,
        find: "const outcome = await settleOrder(orderId, trigger, deadline, justRead(orderId, before, dependencies));",
        replace:
          'void settleOrder; void justRead; const outcome = { kind: "not_ours" } as { kind: "not_ours" | "busy" | "unfinished" | "not_found" | "no_order_yet" };',
      },
    ],
  },
  {
    name: "reconcile-forgets-unfinished",
    what: "The watermark moves on although an order could not be settled. The simulation found this one.",
    hazards: "A32",
    patches: [
      {
        file: RECONCILE,
        find: "if (report.unfinished.length > 0) pass.hasUnfinished = true;",
        replace: "",
      },
    ],
  },
  {
    name: "reconcile-forgets-failed-sources",
    what: "The watermark moves on although a source could not be read to its end.",
    hazards: "A32, A34",
    patches: [
      {
        file: RECONCILE,
        find: "const isThrough = sources.every(({ name }) => pass.reached[name] === END);",
        replace: "const isThrough = true;",
      },
    ],
  },
  {
    name: "reconcile-trusts-events",
    what: "Stripe's list of sessions is not looked at, so that sessions without an event are not found.",
    hazards: "A33",
    patches: [
      {
        file: SOURCES,
        find: 'const isCandidate = (): boolean => whoseSale(soldIn(session), identity) !== "theirs" && isSale(session);',
        replace: "const isCandidate = (): boolean => false;",
      },
    ],
  },
  {
    name: "reconcile-only-undelivered",
    what: "Events that the endpoint does not listen to are not looked for.",
    hazards: "A31",
    patches: [
      {
        file: SOURCES,
        find: "listedEvents(LISTED_NOWHERE_ELSE, {},",
        replace: "listedEvents(LISTED_NOWHERE_ELSE, { delivery_success: false },",
      },
    ],
  },
  {
    name: "reconcile-believes-old-status",
    what: "A subscription that has moved is left alone because an event about it says what the record says.",
    hazards: "B12",
    patches: [
      {
        file: CHECK_ORDER,
        find: "if (subscription !== undefined && subscription === mirror.subscription && !owes) return findings;",
        replace: "if (subscription !== undefined && !owes) return findings;",
      },
    ],
  },
  {
    name: "reconcile-without-refunds",
    what: "Refunds that left no event are not looked for.",
    hazards: "B07",
    patches: [
      {
        file: SOURCES,
        find: 'if (charge === null || typeof charge === "string" || charges.has(charge.id)) continue;',
        replace: 'if (charge === null || typeof charge === "string" || charges.size < 1e9) continue;',
      },
    ],
  },
  {
    name: "reconcile-passes-over-what-passes",
    what: "An entry whose orders could not be found because Stripe was out of reach is skipped for good.",
    hazards: "A43",
    caughtBy: ENTRIES,
    patches: [
      {
        file: FIND_CANDIDATES,
        find: "if (isPassing(reason)) return void failures.set(index, error);",
        replace: "void isPassing;",
      },
    ],
  },
  {
    name: "reconcile-place-runs-ahead",
    what: "The place in a list moves behind all entries that were read, whether they were looked at or not.",
    hazards: "A42",
    caughtBy: PACE,
    patches: [
      {
        file: LOOK_THROUGH,
        find: "const last = found[count - 1];",
        replace: "const last = { entry: batch.at(-1)! };",
      },
    ],
  },
  {
    name: "reconcile-stopped-list-is-through",
    what: "A list that a failure has stopped counts as read to its end.",
    hazards: "A34, A43",
    caughtBy: ENTRIES,
    patches: [
      {
        file: LOOK_THROUGH,
        find: "if (failure !== undefined) throw failure.error;",
        replace: "if (failure !== undefined) break;",
      },
    ],
  },
  {
    name: "reconcile-entry-takes-the-others-down",
    what: "Entries that were found together with one that failed are not looked at, and the place moves on behind them.",
    hazards: "A42, A43",
    caughtBy: ENTRIES,
    patches: [
      {
        file: LOOK_THROUGH,
        find: "const count = await lookAt(found, name, mayBegin, inTurn, dependencies);",
        replace:
          "const count = failure === undefined ? await lookAt(found, name, mayBegin, inTurn, dependencies) : found.length;",
      },
    ],
  },
];
