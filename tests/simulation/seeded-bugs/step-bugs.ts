import type { SeededBug } from "./seeded-bug.ts";

const RUN = "core/orders/run-pending.ts";
const NEXT = "core/orders/next-effect.ts";
const STEP = "core/orders/run-step.ts";
const PROGRESS = "core/orders/step-progress.ts";
const FACTS = "core/stripe/checkout-facts.ts";
const MAIL = "core/fulfillment/mail-step.ts";

const RUN_STEP = "const result = await runStep(next.step, order, attempt, dependencies);";

/** What is done for a paid order, and when. */
export const STEP_BUGS: readonly SeededBug[] = [
  {
    name: "done-before-effect",
    what: "A step is marked done before it runs.",
    hazards: "A16",
    patches: [
      {
        file: RUN,
        find: RUN_STEP,
        replace: `await lease.write((current) => finishStep(current, next.step.name)); ${RUN_STEP}`,
      },
      {
        file: RUN,
        find: 'import { attemptsOf } from "./step-progress.ts";',
        replace: 'import { attemptsOf, finishStep } from "./step-progress.ts";',
      },
    ],
  },
  {
    name: "step-not-started",
    what: "A step runs without having been marked as started.",
    hazards: "A08",
    patches: [
      {
        file: NEXT,
        find: "return { control: beginStep(control, step.name), next: toStep(step, control), afterCommit };",
        replace: "return { control, next: toStep(step, control), afterCommit };",
      },
    ],
  },
  {
    name: "attempts-not-counted",
    what: "Beginning a step again does not count another attempt.",
    hazards: "A08, A30",
    patches: [
      {
        file: PROGRESS,
        find: 'return withStep(control, step, { state: "started", attempts: attemptsOf(control, step) + 1 });',
        replace: 'return withStep(control, step, { state: "started", attempts: 1 });',
      },
    ],
  },
  {
    name: "attempts-counted-when-done",
    what: "An attempt is counted when it succeeds instead of when it begins.",
    hazards: "A08, A13",
    patches: [
      {
        file: PROGRESS,
        find: 'return withStep(control, step, { state: "started", attempts: attemptsOf(control, step) + 1 });',
        replace: 'return withStep(control, step, { state: "started", attempts: attemptsOf(control, step) });',
      },
      {
        file: PROGRESS,
        find: 'return withStep(control, step, { state: "done", attempts: attemptsOf(control, step) });',
        replace:
          'return withStep(control, step, { state: "done", attempts: attemptsOf(control, step) + 1 });',
      },
    ],
  },
  {
    name: "attempts-counted-twice",
    what: "Beginning and finishing each count an attempt, in a write that may be repeated.",
    hazards: "A13",
    patches: [
      {
        file: PROGRESS,
        find: 'return withStep(control, step, { state: "started", attempts: attemptsOf(control, step) + 1 });',
        replace:
          'return withStep(control, step, { state: "started", attempts: attemptsOf(control, step) + 2 });',
      },
    ],
  },
  {
    name: "error-swallowed",
    what: "A failing step is logged and counts as done.",
    hazards: "A15",
    patches: [
      {
        file: STEP,
        find: "step.run(order, { idempotencyKey, number, signal }),",
        replace: "step.run(order, { idempotencyKey, number, signal }).catch(() => undefined),",
      },
    ],
  },
  {
    name: "mail-not-awaited",
    what: "The mail is on its way when its step is marked done.",
    hazards: "A14",
    patches: [
      {
        file: MAIL,
        find: "await mailer.send(mail, {",
        replace: "void mailer.send(mail, {",
      },
    ],
  },
  {
    name: "mail-skipped",
    what: "The mail step does nothing and says that it is done.",
    patches: [
      {
        file: MAIL,
        find: "if (mailer === undefined || to === undefined) {",
        replace: "if (mailer !== undefined || to === undefined) {",
      },
    ],
  },
  {
    name: "random-key",
    what: "Every attempt of a step has a new key.",
    hazards: "A08, B19",
    patches: [
      {
        file: STEP,
        find: "const idempotencyKey = `${step.name}/${orderId}`;",
        replace: "const idempotencyKey = `${step.name}/${orderId}/${dependencies.randomId()}`;",
      },
    ],
  },
  {
    name: "fulfilled-before-steps",
    what: "The order is fulfilled first and its steps run afterwards.",
    hazards: "A09, A16",
    patches: [
      {
        file: NEXT,
        find: "control = skipRevoked(control, steps);",
        replace: "control = { ...skipRevoked(control, steps), state: 'fulfilled' };",
      },
    ],
  },
  {
    name: "steps-all-run-again",
    what: "A step that is done is done again.",
    hazards: "A01, A09",
    patches: [
      {
        file: NEXT,
        find: "const step = steps.find(({ name }) => !isFinished(control.steps[name]));",
        replace:
          "const step = steps.find(({ name }) => !isFinished(control.steps[name]) || attemptsOf(control, name) < 2);",
      },
    ],
  },
  {
    name: "never-needs-attention",
    what: "A step is tried for ever.",
    hazards: "A30",
    patches: [
      {
        file: "core/retry/backoff.ts",
        find: "export const MAX_ATTEMPTS = 12;",
        replace: "export const MAX_ATTEMPTS = 1e9;",
      },
    ],
  },
  {
    name: "alert-before-flag",
    what: "The owner is alerted before the flag is durable.",
    hazards: "A30",
    patches: [
      {
        file: STEP,
        find: "change: (current) => enqueueNotifications(current, flagForAttention(current, `${step.name}: ${reason}`), dependencies),",
        replace:
          'change: (current) => { log.error("order_needs_attention", { orderId, step: step.name }); return enqueueNotifications(current, flagForAttention(current, `${step.name}: ${reason}`), dependencies); },',
      },
      {
        file: STEP,
        find: 'afterCommit: () => log.error("order_needs_attention", { orderId, step: step.name }),',
        replace: "afterCommit: () => undefined,",
      },
    ],
  },
  {
    name: "unpaid-is-paid",
    what: "A completed session counts as paid.",
    hazards: "B01",
    patches: [
      {
        file: FACTS,
        find: 'if (session.payment_status !== "unpaid") return "paid";',
        replace: 'if (session.status === "complete") return "paid";',
      },
    ],
  },
  {
    name: "free-is-unpaid",
    what: "A free order counts as unpaid.",
    hazards: "B16",
    patches: [
      {
        file: FACTS,
        find: 'if (session.payment_status !== "unpaid") return "paid";',
        replace: 'if (session.payment_status === "paid") return "paid";',
      },
    ],
  },
  {
    name: "everything-is-ours",
    what: "Sessions without our marker are settled too.",
    hazards: "A25",
    patches: [
      {
        file: FACTS,
        find: 'const isOurs = options.isHeld || whoseSale(soldIn(session), options.identity) === "ours";',
        replace: "void soldIn; void whoseSale; const isOurs = true;",
      },
    ],
  },
  {
    name: "failed-overrides-paid",
    what: "A failed payment ranks above everything.",
    hazards: "B03",
    patches: [{ file: "core/orders/order.ts", find: "payment_failed: 20,", replace: "payment_failed: 60," }],
  },
  {
    name: "trust-the-payload",
    what: "An event's type decides whether an order is paid.",
    hazards: "B01, B03",
    patches: [
      {
        file: "core/webhook/process-event.ts",
        find: "const outcome = await settleWhileBusy(orderId, meaning.trigger, deadline, dependencies);",
        replace:
          'const trigger = event.type === "checkout.session.async_payment_succeeded" ? "claims_paid" : meaning.trigger; const outcome = await settleWhileBusy(orderId, trigger as never, deadline, dependencies);',
      },
      {
        file: "core/orders/sync-with-stripe.ts",
        find: "mergeFacts(current ?? newControl(), facts),",
        replace:
          'mergeFacts(current ?? newControl(), String(trigger) === "claims_paid" ? { ...facts, state: "paid" } : facts),',
      },
    ],
  },
  {
    name: "revoked-not-looked-at",
    what: "A refunded order is delivered anyway.",
    hazards: "B04",
    patches: [
      {
        file: NEXT,
        find: "if (!isRevoked(control)) return control;",
        replace: "void isRevoked; if (steps.length > 0) return control;",
      },
    ],
  },
  {
    name: "revoked-decided-before-the-write",
    what: "The record as it was before the write decides whether a step is skipped. The simulation found this one.",
    hazards: "B04",
    patches: [
      {
        file: NEXT,
        find: "control = skipRevoked(control, steps);",
        replace: "if (run.wasRevoked) control = skipRevoked(control, steps);",
      },
      {
        file: RUN,
        find: "begunHere: new Set(),",
        replace: "begunHere: new Set(), wasRevoked: isRevoked(leased),",
      },
      {
        file: RUN,
        find: 'import type { Result } from "./result.ts";',
        replace: 'import type { Result } from "./result.ts"; import { isRevoked } from "./access.ts";',
      },
    ],
  },
  {
    name: "back-off-ignored",
    what: "A failed step may be tried again at once by any onlooker.",
    patches: [
      {
        file: "core/order-page/order-status.ts",
        find: "Math.max(control.nextTryMs ?? 0, (control.checkedMs ?? 0) + ASK_STRIPE_EVERY_MS)",
        replace: "(control.checkedMs ?? 0) + ASK_STRIPE_EVERY_MS",
      },
    ],
    harmless: "Attempts stay bounded by their number; the back-off only spreads them over time.",
  },
];
