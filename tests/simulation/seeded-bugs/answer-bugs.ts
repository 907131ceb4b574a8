import type { SeededBug } from "./seeded-bug.ts";

const WEBHOOK = "core/routes/webhook.ts";
const PROCESS = "core/webhook/process-event.ts";

/** What Stripe is told. */
export const ANSWER_BUGS: readonly SeededBug[] = [
  {
    name: "answer-then-work",
    what: "The webhook answers 200 at once and settles the order afterwards.",
    hazards: "A14",
    patches: [
      {
        file: WEBHOOK,
        find: "const { outcome, orderIds, refusal } = await settleEvent(event, dependencies);",
        replace:
          "void settleEvent(event, dependencies); const { outcome, orderIds, refusal } = { outcome: 'accepted', orderIds: [], refusal: undefined };",
      },
    ],
  },
  {
    name: "error-is-200",
    what: "A failed dependency is answered with 200.",
    hazards: "A15",
    patches: [
      {
        file: WEBHOOK,
        find: "return { outcome: refusal.code, orderIds: [], refusal };",
        replace: "return { outcome: refusal.code, orderIds: [], refusal: undefined };",
      },
    ],
  },
  {
    name: "busy-is-200",
    what: "An order that another run holds is answered with 200.",
    hazards: "A17",
    patches: [
      {
        file: WEBHOOK,
        find: 'return unavailable("order_busy", "Another delivery is settling this order.", 10);',
        replace: "break;",
      },
    ],
  },
  {
    name: "unfinished-is-200",
    what: "An order whose step failed is answered with 200.",
    hazards: "A15",
    patches: [
      {
        file: WEBHOOK,
        find: 'return unavailable(outcome.reason, "The order is recorded and not complete yet.", 30);',
        replace: "break;",
      },
    ],
  },
  {
    name: "not-found-is-nothing",
    what: "When the orders of an event cannot be found, the event counts as having none.",
    hazards: "A26",
    patches: [
      {
        file: "core/webhook/find-orders.ts",
        find: 'if (classifyStripeError(error) === "not_found") return NO_ORDERS;',
        replace: "if (error !== undefined) return NO_ORDERS;",
      },
    ],
  },
  {
    name: "only-first-event-type",
    what: "Delayed payments are forgotten: only `checkout.session.completed` settles.",
    hazards: "A03",
    patches: [
      {
        file: "core/webhook/event-types.ts",
        find: '["checkout.session.async_payment_succeeded", CHECKOUT],',
        replace: "",
      },
    ],
  },
  {
    name: "refund-events-ignored",
    what: "Card refunds are forgotten.",
    hazards: "B07",
    patches: [
      {
        file: "core/webhook/event-types.ts",
        find: '["charge.refunded", { about: "charge", trigger: "refund" }],',
        replace: "",
      },
    ],
  },
  {
    name: "dispute-trigger-lost",
    what: "A dispute is settled like a checkout, so that an inquiry is not looked for.",
    hazards: "B11",
    patches: [
      {
        file: PROCESS,
        find: "const outcome = await settleWhileBusy(orderId, meaning.trigger, deadline, dependencies);",
        replace: 'const outcome = await settleWhileBusy(orderId, "checkout", deadline, dependencies);',
      },
    ],
  },
];
