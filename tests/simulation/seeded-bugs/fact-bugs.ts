import { bugsIn, type SeededBug } from "./seeded-bug.ts";

const FACTS = "core/stripe/checkout-facts.ts";

/** What a session says of its order. */
export const FACT_BUGS: readonly SeededBug[] = [
  ...bugsIn(FACTS, [
    {
      name: "ended-debit-subscription-waits",
      what: "A subscription whose first debit never came waits for it, although Stripe has ended it.",
      find: 'return failed || hasEnded(mirror.subscription) ? "payment_failed" : "awaiting_payment";',
      replace: 'void hasEnded; void mirror; return failed ? "payment_failed" : "awaiting_payment";',
    },
    {
      name: "failed-debit-waits",
      what: "A debit that the bank has refused is still under way.",
      find: 'const failed = intent?.status === "requires_payment_method" || intent?.status === "canceled";',
      replace: 'const failed = intent?.status === "canceled";',
    },
    {
      name: "debit-under-way-has-failed",
      what: "A debit that the bank works on has failed.",
      find: 'const failed = intent?.status === "requires_payment_method" || intent?.status === "canceled";',
      replace: 'const failed = intent?.status !== "succeeded";',
    },
    {
      name: "complete-is-paid",
      what: "A buyer who has finished Checkout counts as having paid.",
      find: 'if (session.payment_status !== "unpaid") return "paid";',
      replace: 'if (session.status === "complete") return "paid";',
    },
    {
      name: "any-refusal-is-not-found",
      what: "Any refusal from Stripe means that there is no such session.",
      find: 'if (classifyStripeError(error) === "not_found") return undefined;',
      replace: 'if (classifyStripeError(error) !== "unavailable") return undefined;',
      caughtBy: ["tests/unit/core/stripe/checkout-facts.test.ts"],
    },
    {
      name: "failure-is-not-found",
      caughtBy: ["tests/unit/core/stripe/checkout-facts.test.ts"],
      what: "A session that cannot be read because Stripe is out of reach counts as missing.",
      find: 'if (classifyStripeError(error) === "not_found") return undefined;',
      replace: 'if (classifyStripeError(error) === "unavailable") return undefined;',
    },
    {
      name: "order-of-1970",
      what: "The time of an order is kept in seconds where milliseconds are meant.",
      find: "createdMs: session.created * 1000,",
      replace: "createdMs: session.created,",
    },
    {
      name: "subscription-is-a-payment",
      what: "An order does not know that it is a subscription.",
      find: 'mode: session.mode === "subscription" ? "subscription" : "payment",',
      replace: 'mode: "payment",',
    },
    {
      name: "buyer-of-the-request",
      what: "The buyer's address is the one the shop asked for, not the one that was typed in.",
      find: "const email = unlessRedacted(session.customer_details?.email);",
      replace: "const email = unlessRedacted(session.customer_email);",
    },
    {
      name: "buyer-without-a-name",
      what: "The buyer's name is not kept.",
      find: "const name = unlessRedacted(session.customer_details?.name);",
      replace: "const name = unlessRedacted(session.customer_details?.phone);",
    },
    {
      name: "payment-unknown",
      what: "An order does not say which payment it is.",
      find: "...(paymentIntentId !== undefined && { paymentIntentId }),",
      replace: "",
    },
    {
      name: "subscription-unknown",
      what: "An order does not say which subscription it is.",
      find: "...(subscriptionId !== undefined && { subscriptionId }),",
      replace: "",
    },
    {
      name: "customer-unknown",
      what: "An order does not say which customer it belongs to.",
      find: "...(customerId !== undefined && { customerId }),",
      replace: "",
    },
  ]),
  ...bugsIn(
    FACTS,
    [
      {
        name: "test-is-live",
        what: "An order of test mode counts in live mode.",
        find: 'if (session.livemode !== options.livemode) return { kind: "not_ours" };',
        replace: "",
      },
      {
        name: "first-ten-lines",
        what: "Only the first lines of a long order are kept.",
        find: "if (session.line_items?.has_more !== true) return session.line_items?.data ?? [];",
        replace: "if (session.id !== undefined) return session.line_items?.data ?? [];",
      },
      {
        name: "canceled-debit-waits",
        what: "A debit that was called off is still under way.",
        find: 'const failed = intent?.status === "requires_payment_method" || intent?.status === "canceled";',
        replace: 'const failed = intent?.status === "requires_payment_method";',
      },
      {
        name: "own-currency-is-foreign",
        what: "A buyer who pays in the shop's currency is told the price twice.",
        find: "if (presentment === undefined || presentment.presentment_currency === currency) return {};",
        replace: "void currency; if (presentment === undefined) return {};",
      },
      {
        name: "auto-is-a-language",
        what: "Mails are written in the language auto.",
        find: 'return locale !== null && locale !== "auto";',
        replace: "return locale !== null;",
      },
      {
        name: "later-trial-is-how-it-began",
        what: "A trial that the owner gives years later counts as a trial at the beginning.",
        find: "return subscription.trial_start !== null && subscription.trial_start <= expiresAt;",
        replace: "void expiresAt; return subscription.trial_start !== null;",
      },
    ],
    { caughtBy: ["tests/unit/core/stripe/checkout-facts.test.ts"] },
  ),
];
