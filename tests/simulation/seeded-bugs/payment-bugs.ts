import { bugsIn, type SeededBug } from "./seeded-bug.ts";

const caughtBy = ["tests/unit/core/stripe/payment-facts.test.ts"];

/** What happened to an order's money: refunds, disputes, renewals. */
export const PAYMENT_BUGS: readonly SeededBug[] = [
  ...bugsIn("core/stripe/payment-facts.ts", [
    {
      name: "closed-inquiry-stays",
      what: "An inquiry that the bank has closed stays an inquiry.",
      find: 'if (status === "won" || status === "warning_closed") return "won";',
      replace: 'if (status === "won") return "won";',
    },
    {
      name: "prevented-is-open",
      what: "A dispute that was prevented waits for an answer for ever.",
      find: 'if (status === "lost" || status === "prevented") return "lost";',
      replace: 'if (status === "lost") return "lost";',
    },
    {
      name: "inquiry-under-review-is-open",
      what: "An inquiry that the owner has answered is taken for a chargeback.",
      find: 'return status.startsWith("warning_") ? "inquiry" : "open";',
      replace: 'return status === "warning_needs_response" ? "inquiry" : "open";',
    },
    {
      name: "lost-is-won",
      what: "Every dispute that is over counts as won.",
      find: 'if (status === "won" || status === "warning_closed") return "won";',
      replace: 'if (status === "won" || status === "lost" || status === "warning_closed") return "won";',
    },
    {
      name: "refunds-of-the-first-payment",
      what: "Refunds of later payments are not counted.",
      find: "charges.reduce((sum, charge) => sum + charge.amount_refunded, 0)",
      replace: "(first?.amount_refunded ?? 0)",
    },
    {
      name: "a-refund-is-a-full-refund",
      what: "An order with a partial refund counts as fully refunded.",
      find: "fullyRefunded: first?.refunded ?? false,",
      replace: "fullyRefunded: (first?.amount_refunded ?? 0) > 0,",
    },
    {
      name: "never-fully-refunded",
      what: "A fully refunded order stays valid.",
      find: "fullyRefunded: first?.refunded ?? false,",
      replace: "fullyRefunded: false,",
    },
    {
      name: "any-months-refund-is-full",
      what: "A fully refunded month counts as a full refund of the order.",
      find: "fullyRefunded: first?.refunded ?? false,",
      replace: "fullyRefunded: charges.some(({ refunded }) => refunded),",
    },
    {
      name: "disputes-only-of-disputed-charges",
      what: "Inquiries are not asked for, because their charges are not marked as disputed.",
      find: "const mayBeDisputed = lookForDisputes || charges.some(({ disputed }) => disputed);",
      replace: "void lookForDisputes; const mayBeDisputed = charges.some(({ disputed }) => disputed);",
    },
    {
      name: "first-invoice-is-a-renewal",
      caughtBy,
      what: "A buyer at 3-D Secure with a new subscription counts as having failed to renew it.",
      find: 'if (invoice === undefined || invoice.billing_reason === "subscription_create") return undefined;',
      replace: "if (invoice === undefined) return undefined;",
    },
    {
      name: "last-try-is-a-try",
      what: "The shop does not notice that Stripe has given up collecting a renewal.",
      find: 'return next === null ? { state: "failed_finally" } :',
      replace: 'return next === null ? { state: "failed" } :',
    },
    {
      name: "failed-renewal-untold",
      what: "A renewal that is overdue is not looked at.",
      find: 'const isOwed = invoice.status === "open" || invoice.status === "uncollectible";',
      replace: 'const isOwed = invoice.status === "uncollectible";',
    },
    {
      name: "renewed-means-charged-later",
      what: "Whether a subscription was renewed is read the wrong way round.",
      find: 'return expanded(invoice)?.billing_reason !== "subscription_create";',
      replace: 'return expanded(invoice)?.billing_reason === "subscription_create";',
    },
  ]),
  ...bugsIn(
    "core/stripe/payment-facts.ts",
    [
      {
        name: "first-payment-of-any-status",
        what: "The first invoice's payment counts although it was called off or has not come.",
        find: '{ invoice, status: "paid", expand: ["data.payment.payment_intent.latest_charge"] }',
        replace: '{ invoice, expand: ["data.payment.payment_intent.latest_charge"] }',
      },
      {
        name: "uncollectible-is-settled",
        what: "An invoice that the owner has written off counts as paid.",
        find: 'const isOwed = invoice.status === "open" || invoice.status === "uncollectible";',
        replace: 'const isOwed = invoice.status === "open";',
      },
      {
        name: "untried-has-failed",
        what: "A renewal that Stripe has not tried to collect yet counts as failed.",
        find: "if (!isOwed || invoice.attempt_count === 0) return undefined;",
        replace: "if (!isOwed) return undefined;",
      },
      {
        name: "next-try-in-1970",
        what: "Stripe's next try is told in seconds where milliseconds are meant.",
        find: "nextMs: next * 1000 }",
        replace: "nextMs: next }",
      },
      {
        name: "evidence-due-in-1970",
        what: "The bank's date is told in seconds where milliseconds are meant.",
        find: "dueMs: dueBy * 1000",
        replace: "dueMs: dueBy",
      },
      {
        name: "due-date-of-a-closed-dispute",
        what: "A dispute that is over still wants evidence.",
        find: 'const isWaiting = (state === "open" || state === "inquiry") && dueBy',
        replace: "const isWaiting = dueBy",
      },
      {
        name: "oldest-dispute-told",
        what: "With two disputes in one state, the owner is told the older one's amount and date.",
        find: "const oldestFirst = disputes.toReversed().map(",
        replace: "const oldestFirst = [...disputes].map(",
      },
      {
        name: "receipt-lost",
        what: "Stripe's receipt is not linked.",
        find: "receiptUrl: first?.receipt_url ?? undefined,",
        replace: "receiptUrl: undefined,",
      },
    ],
    { caughtBy },
  ),
  ...bugsIn("core/orders/disputes.ts", [
    {
      name: "mildest-dispute-first",
      what: "A won dispute hides one that is lost.",
      find: "const gravest = DISPUTE_STATES.find((state) => states.includes(state));",
      replace: "const gravest = DISPUTE_STATES.findLast((state) => states.includes(state));",
    },
    {
      name: "disputes-not-counted",
      what: "The record holds the gravest dispute and no counts.",
      find: "if (states.length === 1) return { dispute: gravest };",
      replace: "if (states.length > 0) return { dispute: gravest };",
    },
    {
      name: "gravest-is-the-newest",
      what: "The owner is told the gravest state, not the new one.",
      find: "const grown = DISPUTE_STATES.find((state) => (after[state] ?? 0) > (before[state] ?? 0));",
      replace: "const grown = DISPUTE_STATES.find((state) => (after[state] ?? 0) > 0 && after !== before);",
    },
  ]),
  ...bugsIn(
    "core/orders/disputes.ts",
    [
      {
        name: "ten-disputes-are-none",
        what: "A count of disputes may have only one digit.",
        find: "text.matchAll(/(\\d+)([a-z])/g)",
        replace: "text.matchAll(/(\\d)([a-z])/g)",
      },
      {
        name: "disputes-kept-as-one",
        what: "A record in Stripe keeps which states disputes are in, not how many.",
        find: 'disputes[state] === undefined ? "" : disputes[state] + state.charAt(0),',
        replace: 'disputes[state] === undefined ? "" : 1 + state.charAt(0),',
      },
    ],
    { caughtBy: ["tests/unit/core/orders/disputes.test.ts"] },
  ),
  ...bugsIn("core/stripe/subscription-charges.ts", [
    {
      name: "disputes-since-the-last-payment",
      what: "Disputes that are older than the last renewal are not found.",
      find: "const since = Math.min(...charges.map(({ created }) => created));",
      replace: "const since = Math.max(...charges.map(({ created }) => created));",
    },
  ]),
  ...bugsIn(
    "core/stripe/subscription-charges.ts",
    [
      {
        name: "every-charge-of-the-customer",
        what: "Everything that a subscriber bought counts as a payment of the subscription.",
        find: "if (intents.has(idOf(charge.payment_intent))) charges.push(charge);",
        replace: "charges.push(charge);",
      },
      {
        name: "charges-after-the-first-second",
        what: "The payment made in a subscription's first second does not count as its own.",
        find: "created: { gte: created }, ...page }, options)",
        replace: "created: { gt: created }, ...page }, options)",
      },
      {
        name: "disputes-of-everybody",
        what: "Every dispute of the account counts as being about this subscription.",
        find: 'return recent.data.filter(({ charge }) => ids.has(idOf(charge) ?? ""));',
        replace: "void ids; return recent.data;",
      },
      {
        name: "first-hundred-disputes",
        what: "When an account has more disputes than a page holds, the rest are not looked at.",
        find: "if (!recent.has_more) return recent.data.filter(",
        replace: "if (recent.data.length > 0) return recent.data.filter(",
      },
      {
        name: "old-disputed-charges-passed-over",
        what: "With many payments, the old ones are not asked about, although they are marked as disputed.",
        find: "new Set([...newest, ...charges.filter(({ disputed }) => disputed)]);",
        replace: "new Set(newest);",
      },
      {
        name: "disputes-in-the-order-of-charges",
        what: "Disputes that were asked for one by one are not newest first.",
        find: "return found.toSorted((one, other) => other.created - one.created);",
        replace: "return found.toSorted((one, other) => one.created - other.created);",
      },
    ],
    { caughtBy: ["tests/unit/core/stripe/subscription-charges.test.ts"] },
  ),
];
