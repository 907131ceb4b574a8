import { bugsIn, type SeededBug } from "./seeded-bug.ts";

const CHECK_ORDER = "core/reconciliation/check-order.ts";
const caughtBy = ["tests/unit/core/reconciliation/check-order.test.ts"];

/** What reconciliation does with one order, and what it reports. */
export const CHECK_BUGS: readonly SeededBug[] = bugsIn(
  CHECK_ORDER,
  [
    {
      name: "status-agrees-though-owed",
      what: "A subscription whose status agrees is left alone although the owner is still owed a message.",
      find: "if (subscription !== undefined && subscription === mirror.subscription && !owes) return findings;",
      replace: "if (subscription !== undefined && subscription === mirror.subscription) return findings;",
    },
    {
      name: "refund-agrees-though-owed",
      what: "An order whose refunds agree is left alone although the owner is still owed a message.",
      find: "if (refundedMinor !== undefined && refundedMinor === mirror.refundedMinor && !owes) return findings;",
      replace: "if (refundedMinor !== undefined && refundedMinor === mirror.refundedMinor) return findings;",
    },
    {
      name: "fulfilled-though-owed",
      what: "A fulfilled order is left alone although the owner is still owed a message.",
      find: "if (isOnlyListed && isTerminal(before.control) && !owes) return findings;",
      replace: "if (isOnlyListed && isTerminal(before.control)) return findings;",
    },
    {
      name: "waiting-order-asked-again",
      what: "An order that waits for its next try is settled anyway, which asks Stripe in vain.",
      find: 'if (trigger === "reconciliation" && (nextTryMs ?? 0) > now()) return findings;',
      replace: "void nextTryMs; void now;",
    },
    {
      name: "open-orders-wait-for-ever",
      what: "An order goes on waiting although its next try is due.",
      find: 'if (trigger === "reconciliation" && (nextTryMs ?? 0) > now()) return findings;',
      replace: 'void now; if (trigger === "reconciliation" && nextTryMs !== undefined) return findings;',
    },
    {
      name: "flagged-unreported",
      what: "An order that waits for the owner is not reported.",
      find: 'if (awaitsOwner(before.control)) findings.push("flagged");',
      replace: "void awaitsOwner;",
    },
    {
      name: "newly-flagged-unreported",
      what: "An order that has just been given up is not reported.",
      find: 'else if (outcome.kind === "needs_attention") { findings.push("flagged"); } else',
      replace: 'else if (outcome.kind === "needs_attention") { void outcome; } else',
    },
    {
      name: "busy-is-finished",
      what: "An order that another run holds counts as settled, and the watermark moves on.",
      find: 'if (outcome.kind === "busy" || outcome.kind === "unfinished") findings.push("unfinished");',
      replace: 'if (outcome.kind === "unfinished") findings.push("unfinished");',
    },
    {
      name: "unfinished-is-finished",
      what: "An order whose steps have failed counts as settled.",
      find: 'if (outcome.kind === "busy" || outcome.kind === "unfinished") findings.push("unfinished");',
      replace: 'if (outcome.kind === "busy") findings.push("unfinished");',
    },
    {
      name: "failed-look-is-finished",
      what: "An order that could not be looked at counts as settled.",
      find: 'findings.push(error instanceof UnreadableRecordError ? "flagged" : "unfinished");',
      replace: 'void UnreadableRecordError; findings.push("flagged");',
    },
    {
      name: "unreadable-is-unfinished",
      what: "An order whose record cannot be read stops the watermark for good.",
      find: 'findings.push(error instanceof UnreadableRecordError ? "flagged" : "unfinished");',
      replace: 'void UnreadableRecordError; findings.push("unfinished");',
    },
    {
      name: "everything-was-repaired",
      what: "Every order that was looked at counts as repaired.",
      find: "return wasBehind || before.state !== after.state || !sameMirror(before.mirror, after.mirror);",
      replace: "void wasBehind; void sameMirror; return true;",
    },
    {
      name: "refund-is-no-repair",
      what: "A refund that was never reported is found, but does not count as a repair.",
      find: "return wasBehind || before.state !== after.state || !sameMirror(before.mirror, after.mirror);",
      replace: "void sameMirror; return wasBehind || before.state !== after.state;",
    },
    {
      name: "told-at-last-is-no-repair",
      what: "A message that was owed is sent at last, but does not count as a repair.",
      find: "return wasBehind || before.state !== after.state || !sameMirror(before.mirror, after.mirror);",
      replace:
        "void wasBehind; return before.state !== after.state || !sameMirror(before.mirror, after.mirror);",
    },
    {
      name: "found-order-is-no-repair",
      what: "An unknown order is found and made, but does not count as a repair.",
      find: "if (before === undefined || after === undefined) return after !== undefined;",
      replace: "if (before === undefined || after === undefined) return false;",
    },
  ],
  { caughtBy },
);
