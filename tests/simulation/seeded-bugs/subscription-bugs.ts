import type { SeededBug } from "./seeded-bug.ts";

const CONTROL = "core/orders/control-record.ts";
const FACTS = "core/stripe/payment-facts.ts";
const LOOK = "core/orders/payment-look.ts";
const SPREAD = "core/orders/outbox/enqueue-notifications.ts";

/** Pauses and later payments of a subscription, what the owner is told first, and what Stripe is answered while a checkout is open. */
export const SUBSCRIPTION_BUGS: readonly SeededBug[] = [
  {
    name: "paused-hands-out",
    what: "A paused subscription keeps downloads, keys and the page open.",
    hazards: "G01",
    patches: [
      {
        file: "core/orders/access.ts",
        find: 'return isPaused(control) ? { kind: "revoked", reason: "subscription_paused" } : { kind: "granted" };',
        replace: 'void isPaused; return { kind: "granted" };',
      },
    ],
  },
  {
    name: "paused-is-delivered",
    what: "The steps of an order run although its subscription is paused.",
    hazards: "G02",
    patches: [{ file: CONTROL, find: "if (isPaused(control)) return false;", replace: "" }],
  },
  {
    name: "paused-is-never-delivered",
    what: "An order that was paused before it was delivered is skipped, as if it were void.",
    hazards: "G02",
    patches: [
      {
        file: "core/orders/next-effect.ts",
        find: "if (!isRevoked(control)) return control;",
        replace: 'if (!isRevoked(control) && control.mirror.subscription !== "paused") return control;',
      },
      { file: CONTROL, find: "if (isPaused(control)) return false;", replace: "" },
    ],
  },
  {
    name: "pause-untold",
    what: "The owner hears neither of a pause nor of its end.",
    hazards: "G03",
    patches: [
      {
        file: SPREAD,
        find: 'return isPaused({ mirror }) ? "subscription_paused" : undefined;',
        replace: "void isPaused; return undefined;",
      },
    ],
  },
  {
    name: "first-payment-only",
    what: "Only the first payment of a subscription is looked at.",
    hazards: "G06, G07",
    patches: [
      {
        file: FACTS,
        find: "subscription !== undefined && isRenewed(subscription)",
        replace: "subscription !== undefined && !isRenewed(subscription)",
      },
    ],
  },
  {
    name: "later-payments-forgotten",
    what: "A look that is not about the money records that nothing was refunded and nothing is disputed.",
    hazards: "G10",
    patches: [
      {
        file: FACTS,
        find: "return { mirror };",
        replace: "void mirror; return { mirror: { refundedMinor: 0, fullyRefunded: false } };",
      },
    ],
  },
  {
    name: "later-payments-never-asked",
    what: "When Stripe reports a refund or a dispute, the shop looks only at its own record.",
    hazards: "G06, G07",
    patches: [
      {
        file: LOOK,
        find: "known: isKnown && !looksAtAll ? current.mirror : undefined,",
        replace: "known: isKnown || (looksAtAll && isKnown) ? current.mirror : undefined,",
      },
    ],
  },
  {
    name: "second-dispute-untold",
    what: "A dispute is told only if it is graver than those before, or the last that is left.",
    hazards: "G08",
    patches: [
      {
        file: SPREAD,
        find: "const dispute = newestDispute(was, is);",
        replace: "void newestDispute; const dispute = is.dispute === was.dispute ? undefined : is.dispute;",
      },
    ],
  },
  {
    name: "alike-refund-passed-over",
    what: "Reconciliation takes one payment's refund for the sum of all.",
    hazards: "G09",
    patches: [
      {
        file: "core/reconciliation/sources.ts",
        find: "const refunded = isOfSubscription ? {} : { refundedMinor: charge.amount_refunded };",
        replace: "void isOfSubscription; const refunded = { refundedMinor: charge.amount_refunded };",
      },
    ],
  },
  {
    name: "refund-told-first",
    what: "All messages are sent at once, so that the owner may hear of a refund before its order.",
    hazards: "B24",
    patches: [
      {
        file: "core/orders/outbox/outbox-delivery.ts",
        find: "return due.filter((delivery) => isOfOrder(delivery) || !waiting.has(delivery.channel));",
        replace: "void waiting; return due;",
      },
    ],
  },
  {
    name: "open-checkout-is-503",
    what: "Events of a checkout that is still open are answered 503, so that Stripe retries them for three days.",
    hazards: "B25",
    patches: [
      {
        file: "core/routes/webhook.ts",
        find: 'if (outcome.facts.status === "expired" || trigger !== "checkout") break;',
        replace: 'void trigger; if (outcome.facts.status === "expired") break;',
      },
    ],
  },
];
