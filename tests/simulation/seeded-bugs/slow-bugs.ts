import type { SeededBug } from "./seeded-bug.ts";

/** Bugs that show when Stripe fails at nothing and is slow at everything. */
export const SLOW_BUGS: readonly SeededBug[] = [
  {
    name: "unmade-attempt-counts",
    what: "An attempt counts although it was written down and then there was no time to make it.",
    hazards: "A36",
    patches: [
      {
        file: "core/orders/run-pending.ts",
        find: "endRunOutOfTime(next.unbegin(current), now())",
        replace: "endRunOutOfTime(current, now())",
      },
    ],
  },
  {
    name: "mail-begun-late",
    what: "A mail is begun with half a second left, and cut off after the server has taken it.",
    hazards: "A37",
    patches: [{ file: "core/fulfillment/mail-step.ts", find: "needsMs: 3_000,", replace: "needsMs: 200," }],
  },
  {
    name: "next-try-ignored",
    what: "Each webhook tries again at once what has just failed.",
    hazards: "A38",
    patches: [
      {
        file: "core/orders/control-record.ts",
        find: "return askedByOwner || nextTryMs <= nowMs;",
        replace: "return askedByOwner || nextTryMs >= 0 || nowMs < 0;",
      },
    ],
  },
  {
    name: "blocked-attempt-counts",
    what: "While the mail server refuses the sender, each order uses up its twelve tries.",
    hazards: "E50",
    patches: [
      {
        file: "core/orders/run-step.ts",
        find: "change: (current) => blockStep(unbegin(current), `${step.name}: ${message}`, now()),",
        replace:
          "change: (current) => (void unbegin, blockStep(current, `${step.name}: ${message}`, now())),",
      },
    ],
  },
];
