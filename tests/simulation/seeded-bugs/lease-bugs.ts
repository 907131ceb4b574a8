import type { SeededBug } from "./seeded-bug.ts";

const LEASE = "core/orders/lease.ts";
const RUN = "core/orders/run-pending.ts";
const NEXT = "core/orders/next-effect.ts";

const NO_TIME =
  'if (effectMs < next.needsMs) { await lease.write((current) => endRunOutOfTime(next.unbegin(current), now())); return { kind: "unfinished", reason: "out_of_time" }; }';
const HELD = "core/orders/held-lease.ts";

/** Which run may act on an order, and until when. */
export const LEASE_BUGS: readonly SeededBug[] = [
  {
    name: "no-lease",
    what: "Every run takes the lease, held or not.",
    hazards: "A02, A05",
    patches: [
      {
        file: LEASE,
        find: "if (control.lease !== undefined && control.lease.untilMs > nowMs) return undefined;",
        replace: "void nowMs;",
      },
    ],
  },
  {
    name: "lease-forever",
    what: "A lease never expires.",
    hazards: "A18",
    patches: [
      {
        file: LEASE,
        find: "if (control.lease !== undefined && control.lease.untilMs > nowMs) return undefined;",
        replace: "if (control.lease !== undefined) return undefined;",
      },
    ],
  },
  {
    name: "lease-for-a-day",
    what: "A lease lasts a day.",
    hazards: "A18",
    patches: [{ file: LEASE, find: "const LEASE_MS = 45_000;", replace: "const LEASE_MS = 86_400_000;" }],
  },
  {
    name: "no-fence-check",
    what: "A run that once held a lease writes as if it still did.",
    hazards: "A10, A11",
    patches: [
      {
        file: HELD,
        find: "(current) => (current !== undefined && holdsLease(current, token) ? change(current) : undefined),",
        replace: "(current) => (current !== undefined ? change(current) : undefined),",
      },
    ],
  },
  {
    name: "fence-not-raised",
    what: "Taking a lease does not raise the fence, and only the fence is compared.",
    hazards: "A10",
    patches: [
      {
        file: LEASE,
        find: "return { ...control, fence: control.fence + 1, lease: { owner, untilMs: nowMs + LEASE_MS } };",
        replace: "return { ...control, lease: { owner, untilMs: nowMs + LEASE_MS } };",
      },
      {
        file: LEASE,
        find: "return control.lease?.owner === token.owner && control.fence === token.fence;",
        replace: "return control.fence === token.fence;",
      },
    ],
  },
  {
    name: "owner-not-compared",
    what: "The fence alone decides who holds the lease.",
    patches: [
      {
        file: LEASE,
        find: "return control.lease?.owner === token.owner && control.fence === token.fence;",
        replace: "return control.fence === token.fence;",
      },
    ],
    harmless:
      "The fence rises with every lease taken, so the owner adds nothing while the lease stands, and only its holder ever gives it up.",
  },
  {
    name: "fence-not-compared",
    what: "The owner alone decides who holds the lease.",
    patches: [
      {
        file: LEASE,
        find: "return control.lease?.owner === token.owner && control.fence === token.fence;",
        replace: "return control.lease?.owner === token.owner;",
      },
    ],
    harmless: "The owner is a new random id in every run, so no two leases ever have the same one.",
  },
  {
    name: "no-time-left-check",
    what: "A step is begun even if too little is left of the lease and of the time for the answer.",
    hazards: "A11, A29",
    patches: [
      {
        file: "core/orders/effect-time.ts",
        find: "leftMs() >= neededMs + Math.max(BEGIN_RESERVE_MS, slowestMs * MARGIN),",
        replace: "neededMs + Math.max(BEGIN_RESERVE_MS, slowestMs * MARGIN) > 0,",
      },
      { file: RUN, find: NO_TIME, replace: "" },
    ],
  },
  {
    name: "time-left-only-before-the-write",
    what: "The check whether enough of the lease is left comes before the step is marked as started. The simulation found this one.",
    hazards: "A11",
    patches: [{ file: RUN, find: NO_TIME, replace: "" }],
  },
  {
    name: "kept-on-failure",
    what: "A failed step keeps the lease instead of releasing it.",
    patches: [
      {
        file: NEXT,
        find: '? { control: endRun(control), next: { kind: "nothing" }, afterCommit }',
        replace:
          '? { control: run.stepHasFailed ? control : endRun(control), next: { kind: "nothing" }, afterCommit }',
      },
    ],
  },
  {
    name: "released-by-anybody",
    what: "A run notes its results without checking that the lease is its own.",
    hazards: "A10",
    patches: [
      {
        file: RUN,
        find: "const control = await time.measured(() => lease.write(decide));",
        replace:
          "const control = (await updateControl(order.orderId, dependencies, (current) => current && decide(current))).stored?.control;",
      },
      {
        file: RUN,
        find: 'import { deliverNotifications } from "./outbox/deliver-notifications.ts";',
        replace:
          'import { deliverNotifications } from "./outbox/deliver-notifications.ts"; import { updateControl } from "./update-control.ts";',
      },
    ],
  },
  {
    name: "poll-without-claim",
    what: "Every onlooker settles the order without claiming it first.",
    hazards: "D14",
    patches: [
      {
        file: "core/order-page/order-status.ts",
        find: "const claimed = await claimProbe(orderId, stored, dependencies);",
        replace:
          "const claimed = stored.control.state === 'fulfilled' ? await claimProbe(orderId, stored, dependencies) : stored;",
      },
    ],
    harmless:
      "An onlooker goes through the same lease as everybody; the claim only keeps many pages from asking Stripe too often.",
  },
];
