import type { SeededBug } from "./seeded-bug.ts";

const COPIES = "core/stores/stripe-record-copies.ts";
const STORE = "core/stores/stripe-order-store.ts";
const VERSIONS = "core/stores/stripe-versions.ts";

/** What the storage in Stripe must survive: writes by other programs, answers to other requests, refusals. */
export const STORAGE_BUGS: readonly SeededBug[] = [
  {
    name: "storage-believes-the-first-place",
    what: "The record is read from its usual place, whatever stands in the copy beside it.",
    hazards: "E30",
    patches: [
      {
        file: COPIES,
        find: "return one.version > other.version || (one.version === other.version && one.key === RECORD_KEY);",
        replace:
          "return one.key === RECORD_KEY || (other.key !== RECORD_KEY && one.version > other.version);",
      },
    ],
  },
  {
    name: "storage-without-copies",
    what: "The record stands in one place only.",
    hazards: "E30",
    patches: [
      {
        file: COPIES,
        find: "return { ...gone, [RECORD_KEY]: text, [copyKey(version)]: text };",
        replace: "void version; return { ...gone, [RECORD_KEY]: text };",
      },
    ],
  },
  {
    name: "storage-one-copy-for-all",
    what: "The copy's key does not name its version, so that a stale copy overwrites it, too.",
    hazards: "E30",
    patches: [
      {
        file: COPIES,
        find: "return `${RECORD_KEY}_${version}`;",
        replace: "void version; return `${RECORD_KEY}_1`;",
      },
    ],
  },
  {
    name: "storage-answer-not-compared",
    what: "Any answer to a write means that it was written.",
    hazards: "E32",
    patches: [
      {
        file: STORE,
        find: 'if (recordText(answer.metadata) === text) return "kept";',
        replace: 'void recordText(answer.metadata); return "kept";',
      },
    ],
  },
  {
    name: "storage-mismatch-is-spoilt",
    what: "The answer to another run's write is taken for a spoilt version, and the next version is written.",
    hazards: "E32",
    patches: [
      {
        file: VERSIONS,
        find: 'return (await write()) === "kept" ? "written" : "conflict";',
        replace: 'return (await write()) === "kept" ? "written" : "spoilt";',
      },
    ],
  },
  {
    name: "storage-refusal-is-written",
    what: "A write that Stripe refuses counts as made.",
    hazards: "E27",
    patches: [
      {
        file: VERSIONS,
        find: 'if (isReplayedFailure(error)) return "spoilt";',
        replace:
          'if (isReplayedFailure(error)) return "spoilt"; if (failure === "key_refused") return "written";',
      },
    ],
  },
  {
    name: "storage-refusal-is-nothing",
    what: "What Stripe refuses to write is answered 200.",
    hazards: "E27",
    patches: [
      {
        file: "core/orders/settle-order.ts",
        find: 'if (error instanceof UnreadableRecordError && error.isNoted) return { kind: "needs_attention" };',
        replace:
          'if (error instanceof UnreadableRecordError || (error as { statusCode?: number }).statusCode === 403) return { kind: "needs_attention" };',
      },
    ],
  },
];
