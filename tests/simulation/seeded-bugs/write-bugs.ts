import type { SeededBug } from "./seeded-bug.ts";

const UPDATE = "core/orders/update-control.ts";
const CONTROL = "core/orders/control-record.ts";
const MEMORY = "core/stores/memory-order-store.ts";
const STRIPE = "core/stores/stripe-order-store.ts";
const VERSIONS = "core/stores/stripe-versions.ts";
const AGREE = "core/orders/sync-with-stripe.ts";

/** How records are written. */
export const WRITE_BUGS: readonly SeededBug[] = [
  {
    name: "no-read-back",
    what: "A conflict is never our own earlier write: the change is made again.",
    hazards: "A12",
    patches: [
      {
        file: UPDATE,
        find: "if (stored !== undefined && ourWrites.has(stored.control.writeId)) return { stored, written: true };",
        replace: "",
      },
    ],
  },
  {
    name: "own-write-is-a-loss",
    what: "Any conflict means that another run won.",
    hazards: "A12",
    patches: [
      {
        file: UPDATE,
        find: "if (stored !== undefined && ourWrites.has(stored.control.writeId)) return { stored, written: true };",
        replace: "return { stored, written: false };",
      },
    ],
  },
  {
    name: "retry-without-reading",
    what: "After a conflict the same draft is written on the newest version.",
    patches: [
      {
        file: UPDATE,
        find: "const draft = await change(stored?.control);",
        replace: "const draft = round === 0 ? await change(stored?.control) : kept; kept = draft;",
      },
      {
        file: UPDATE,
        find: "const ourWrites = new Set<string>();",
        replace: "const ourWrites = new Set<string>(); let kept: ControlDraft | undefined;",
      },
    ],
  },
  {
    name: "memory-unconditional-write",
    what: "The memory engine writes without comparing versions.",
    hazards: "A02",
    patches: [
      {
        file: MEMORY,
        find: 'if ((controls.get(orderId)?.version ?? 0) !== expectedVersion) return "conflict";',
        replace: "",
      },
    ],
  },
  {
    name: "memory-unconditional-create",
    what: "Creating an order overwrites one that is there; later writes are conditional.",
    hazards: "A23",
    patches: [
      {
        file: MEMORY,
        find: 'if ((controls.get(orderId)?.version ?? 0) !== expectedVersion) return "conflict";',
        replace:
          'if (expectedVersion !== 0 && (controls.get(orderId)?.version ?? 0) !== expectedVersion) return "conflict";',
      },
    ],
  },
  {
    name: "stripe-without-key",
    what: "The Stripe engine writes without an idempotency key: the last writer wins.",
    hazards: "A02",
    patches: [
      {
        file: STRIPE,
        find: "const keyed = { ...writing, idempotencyKey: `${orderId}/v${version}` };",
        replace: "const keyed = request;",
      },
    ],
  },
  {
    name: "stripe-random-key",
    what: "The Stripe engine uses a new idempotency key for every attempt.",
    hazards: "A02",
    patches: [
      {
        file: STRIPE,
        find: "const keyed = { ...writing, idempotencyKey: `${orderId}/v${version}` };",
        replace: "const keyed = { ...writing, idempotencyKey: `${orderId}/v${version}/${control.writeId}` };",
      },
    ],
  },
  {
    name: "stripe-conflict-is-success",
    what: "The Stripe engine takes an idempotency conflict for a write that took place.",
    hazards: "A12",
    patches: [
      {
        file: VERSIONS,
        find: 'if (failure === "idempotency_conflict") return "conflict";',
        replace: 'if (classifyStripeError(error) === "idempotency_conflict") return "written";',
      },
    ],
  },
  {
    name: "stripe-spoilt-is-written",
    what: "A failure that Stripe remembers is taken for a write that took place.",
    patches: [
      {
        file: VERSIONS,
        find: 'if (isReplayedFailure(error)) return "spoilt";',
        replace: 'if (isReplayedFailure(error)) return "written";',
      },
    ],
  },
  {
    name: "stripe-spoilt-by-another",
    what: "A version that another run has written counts as spoilt, and the next one is taken.",
    patches: [
      {
        file: VERSIONS,
        find: 'if (failure === "idempotency_conflict") return "conflict";',
        replace: 'if (classifyStripeError(error) === "idempotency_conflict") return "spoilt";',
      },
    ],
  },
  {
    name: "snapshot-after-control",
    what: "The record is written first and the snapshot afterwards.",
    hazards: "A07",
    patches: [
      { file: AGREE, find: "await store.createSnapshot(facts.snapshot);", replace: "late = facts.snapshot;" },
      {
        file: AGREE,
        find: "let mirrorMoved = false;",
        replace: "let mirrorMoved = false; let late: unknown;",
      },
      {
        file: AGREE,
        find: "return { truth, stored, mirrorMoved };",
        replace:
          "if (late !== undefined) await store.createSnapshot(late as never); return { truth, stored, mirrorMoved };",
      },
    ],
  },
  {
    name: "state-may-fall",
    what: "The state becomes what Stripe says now, up or down.",
    hazards: "B03",
    patches: [
      {
        file: CONTROL,
        find: "const state = higherState(control.state, facts.state);",
        replace: "const state = facts.state as ControlDraft['state'];",
      },
    ],
  },
  {
    name: "refunds-added-up",
    what: "Refunds are added to what the record holds.",
    hazards: "B05",
    patches: [
      {
        file: CONTROL,
        find: "return { ...control, v, state, mirror: facts.mirror };",
        replace:
          "return { ...control, v, state, mirror: { ...facts.mirror, refundedMinor: control.mirror.refundedMinor + facts.mirror.refundedMinor } };",
      },
    ],
  },
  {
    name: "refunds-only-grow",
    what: "The refunded sum never shrinks, although a refund may fail.",
    hazards: "B07",
    patches: [
      {
        file: CONTROL,
        find: "return { ...control, v, state, mirror: facts.mirror };",
        replace:
          "return { ...control, v, state, mirror: { ...facts.mirror, refundedMinor: Math.max(control.mirror.refundedMinor, facts.mirror.refundedMinor) } };",
      },
    ],
  },
  {
    name: "stale-mirror",
    what: "Stripe is asked once, before the record is read, and again after no conflict.",
    hazards: "B11",
    patches: [
      {
        file: AGREE,
        find: "truth = await readFacts(",
        replace: 'if (truth.kind !== "session") truth = await readFacts(',
      },
    ],
  },
  {
    name: "nothing-to-write",
    what: "A run to which Stripe reported a move writes nothing when nothing has changed. The simulation found this one.",
    hazards: "B11, B12",
    patches: [
      {
        file: AGREE,
        find: "return leased ?? (merged === current && !REPORTS_A_MOVE.has(trigger) ? undefined : merged);",
        replace: "void REPORTS_A_MOVE; return leased ?? (merged === current ? undefined : merged);",
      },
    ],
  },
  {
    name: "no-second-look",
    what: "After a write that changed the mirror Stripe is not asked again.",
    hazards: "B11",
    patches: [
      {
        file: AGREE,
        find: "for (let look = 1; synced.mirrorMoved && look < MAX_LOOKS; look += 1) {",
        replace: "for (let look = 1; synced.mirrorMoved && look < 1; look += 1) {",
      },
    ],
    harmless:
      "Every move is reported to a run that reads the record, asks Stripe and then writes: whatever was asked before the move is refused by the version, and whatever is read after that write is asked after the move.",
  },
];
