import type { SeededBug } from "./seeded-bug.ts";

const AGREE = "core/orders/sync-with-stripe.ts";
const CONTROL = "core/orders/control-record.ts";
const DELIVERY = "core/orders/outbox/outbox-delivery.ts";
const SETTLE = "core/orders/settle-order.ts";
const ENQUEUE = "core/orders/outbox/enqueue-notifications.ts";
const TRANSITIONS = "core/orders/transitions.ts";
const DELIVER = "core/orders/outbox/deliver-notifications.ts";

/** What the owner's side is told, and when. */
export const NOTIFICATION_BUGS: readonly SeededBug[] = [
  {
    name: "news-not-written",
    what: "A change is written without noting that the owner must be told.",
    patches: [
      {
        file: ENQUEUE,
        find: "if (outbox === undefined || outbox === after.news) return after;",
        replace: "if (outbox === undefined || before !== undefined) return after;",
      },
    ],
  },
  {
    name: "news-not-counted",
    what: "A message is sent before the record says that it was begun.",
    patches: [
      {
        file: DELIVERY,
        find: "attempts: attempts + 1,",
        replace: "attempts,",
      },
    ],
  },
  {
    name: "news-failure-swallowed",
    what: "A message that failed counts as told.",
    patches: [
      {
        file: DELIVER,
        find: "notifier.notify(channel, { notification, ...details }, { idempotencyKey, signal }),",
        replace:
          'notifier.notify(channel, { notification, ...details }, { idempotencyKey, signal }).catch(() => "done" as const),',
      },
    ],
  },
  {
    name: "news-key-per-attempt",
    what: "Every attempt at a message has a key of its own.",
    patches: [
      {
        file: DELIVER,
        find: "const idempotencyKey = notificationKey(notification, orderId);",
        replace: "const idempotencyKey = `${notificationKey(notification, orderId)}-${number}`;",
      },
    ],
  },
  {
    name: "news-not-on-the-worklist",
    what: "A fulfilled order is on no worklist, even if it still owes messages.",
    patches: [
      {
        file: CONTROL,
        find: "return owesAnything(control, false) || awaitsOwner(control);",
        replace: "return owesSteps(control, false) || awaitsOwner(control);",
      },
    ],
    harmless:
      "What was reported and not told was answered 503, so that it stands on Stripe's list of undelivered events; what reconciliation found by itself it looks for again until it is told.",
  },
  {
    name: "news-only-while-paid",
    what: "A run that settles a fulfilled order takes no lease, so that the owner is never told what has happened since.",
    patches: [
      {
        file: AGREE,
        find: 'owesNow(merged, trigger === "owner", now())',
        replace: 'owesNow(merged, trigger === "owner", now()) && merged.state !== "fulfilled"',
      },
    ],
  },
  {
    name: "news-held-by-another-is-fine",
    what: "An order that another run holds counts as done, although the owner is not told yet.",
    patches: [
      {
        file: SETTLE,
        find: "if (!owesAnything(control, askedByOwner)) return settledOutcome(control);",
        replace:
          'if (!owesAnything(control, askedByOwner) || control.state !== "paid") return settledOutcome(control);',
      },
    ],
  },
  {
    name: "news-result-of-an-older-event",
    what: "The result of telling one event is noted on the next event of its subject.",
    patches: [
      {
        file: DELIVERY,
        find: "if (current === undefined || current.count !== count || progress === undefined) return control;",
        replace: "void count; if (current === undefined || progress === undefined) return control;",
      },
    ],
  },
  {
    name: "news-before-payment",
    what: "The owner is also told what happens to an order that is not paid.",
    patches: [
      {
        file: ENQUEUE,
        find: 'if (!isPaid(after)) return hasFailed(after) && !hasFailed(before) ? ["payment_failed"] : [];',
        replace: "",
      },
      { file: TRANSITIONS, find: "if (!isPaid(after)) return [];", replace: "" },
    ],
  },
  {
    name: "failed-debit-untold",
    what: "The owner does not hear of a bank debit that fails in the end.",
    patches: [
      {
        file: ENQUEUE,
        find: 'if (!isPaid(after)) return hasFailed(after) && !hasFailed(before) ? ["payment_failed"] : [];',
        replace: "if (!isPaid(after)) return [];",
      },
    ],
  },
  {
    name: "news-given-up-at-once",
    what: "A message that fails once is not tried again.",
    patches: [
      {
        file: DELIVER,
        find: "if (error instanceof NonRetriableError || (number >= MAX_ATTEMPTS && !isBlocked)) {",
        replace: "if (error instanceof NonRetriableError || number >= 1) {",
      },
    ],
  },
  {
    name: "news-count-starts-again",
    what: "A second event of a subject gets the first one's key.",
    patches: [{ file: ENQUEUE, find: "count: (earlier?.count ?? 0) + 1,", replace: "count: 1," }],
  },
  {
    name: "news-never-given-up",
    what: "A message is tried for ever when each attempt ends in a crash or a failure.",
    patches: [
      {
        file: DELIVER,
        find: "if (error instanceof NonRetriableError || (number >= MAX_ATTEMPTS && !isBlocked)) {",
        replace: "if (error instanceof NonRetriableError) {",
      },
      {
        file: DELIVERY,
        find: 'progress.state === "started" && progress.attempts >= MAX_ATTEMPTS,',
        replace: 'progress.state === "started" && progress.attempts >= 1e9,',
      },
    ],
  },
];
