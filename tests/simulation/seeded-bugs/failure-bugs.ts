import { bugsIn, type SeededBug } from "./seeded-bug.ts";

/** What a failure of Stripe's means. */
export const FAILURE_BUGS: readonly SeededBug[] = bugsIn(
  "core/stripe/errors.ts",
  [
    {
      name: "conflict-is-a-failure",
      what: "A key that is in use looks like a failure of Stripe's own.",
      find: 'if (error.type === "StripeIdempotencyError" || error.statusCode === 409) return',
      replace: 'if (error.type === "StripeIdempotencyError") return',
    },
    {
      name: "other-parameters-are-a-refusal",
      what: "A key that was used with other parameters looks like a wrong request.",
      find: 'if (error.type === "StripeIdempotencyError" || error.statusCode === 409) return',
      replace: "if (error.statusCode === 409) return",
    },
    {
      name: "overload-is-a-refusal",
      what: "A request that came too fast looks like a wrong one.",
      find: 'if (error.type === "StripeRateLimitError" || error.statusCode === 429) return "unavailable";',
      replace: "",
    },
    {
      name: "no-connection-is-a-refusal",
      what: "A request that never reached Stripe counts as refused by it.",
      find: 'if (error.type === "StripeConnectionError" || error.type === "StripeAPIError") return "unavailable";',
      replace:
        'if (error.type === "StripeConnectionError") return "refused"; if (error.type === "StripeAPIError") return "unavailable";',
    },
    {
      name: "missing-permission-is-a-refusal",
      what: "A key that lacks a permission looks like a wrong request.",
      find: "if (error.statusCode === 401 || error.statusCode === 403)",
      replace: "if (error.statusCode === 401)",
    },
    {
      name: "wrong-key-is-a-refusal",
      what: "A key that Stripe does not know looks like a wrong request.",
      find: "if (error.statusCode === 401 || error.statusCode === 403)",
      replace: "if (error.statusCode === 403)",
    },
    {
      name: "every-404-is-a-missing-order",
      what: "An address that Stripe does not know means that an order is gone.",
      find: 'return error.code === "resource_missing" ? "not_found" : "refused";',
      replace:
        'return error.statusCode === 404 || error.code === "resource_missing" ? "not_found" : "refused";',
    },
    {
      name: "missing-order-is-a-refusal",
      what: "An order that is gone looks like a wrong request.",
      find: 'return error.code === "resource_missing" ? "not_found" : "refused";',
      replace: 'return "refused";',
    },
    {
      name: "out-of-time-is-unknown",
      what: "Running out of time to ask Stripe looks like a mistake in the shop.",
      find: 'if (error instanceof OutOfTimeError) return "unavailable";',
      replace: "void OutOfTimeError;",
    },
    {
      name: "every-failure-is-a-replay",
      what: "Each failure of Stripe's counts as stored for good under its key.",
      find: 'return error.headers?.["idempotent-replayed"] === "true";',
      replace: "return true;",
    },
    {
      name: "a-replayed-refusal-is-a-failure",
      what: "A refusal that Stripe repeats from memory counts as a repeated failure.",
      find: "if (!isStripeError(error) || error.statusCode === undefined || error.statusCode < 500) return false;",
      replace: "if (!isStripeError(error) || error.statusCode === undefined) return false;",
    },
    {
      name: "anybodys-error-is-stripes",
      what: "Any error with a type is one of Stripe's.",
      find: 'typeof error.type === "string" && error.type.startsWith("Stripe")',
      replace: 'typeof error.type === "string"',
    },
  ],
  { caughtBy: ["tests/unit/core/stripe/errors.test.ts"] },
);
