import type { DisputeState, PaymentMirror } from "./order.ts";

/**
 * An order's disputes, counted by state. A subscription can have one about each of its payments. The gravest state alone would not
 * show a second open dispute, and a lost one would hide a new inquiry.
 */
export type DisputeCounts = Readonly<Partial<Record<DisputeState, number>>>;

/** Gravest first: an order's record holds the first of these that it has. */
export const DISPUTE_STATES = ["lost", "open", "inquiry", "won"] as const satisfies readonly DisputeState[];

/** What the record holds of an order's disputes: the gravest state, and the counts only if there are several. */
export function disputeMirror(states: readonly DisputeState[]): Pick<PaymentMirror, "dispute" | "disputes"> {
  const gravest = DISPUTE_STATES.find((state) => states.includes(state));
  if (gravest === undefined) return {};
  if (states.length === 1) return { dispute: gravest };
  const counts = DISPUTE_STATES.map(
    (state) => [state, states.filter((one) => one === state).length] as const,
  );
  return { dispute: gravest, disputes: Object.fromEntries(counts.filter(([, count]) => count > 0)) };
}

/** The number of disputes in each state, according to the record. */
export function disputesIn({ dispute, disputes }: PaymentMirror): DisputeCounts {
  return disputes ?? (dispute === undefined ? {} : { [dispute]: 1 });
}

/**
 * The gravest state whose count has grown; the owner is told of it. If one dispute was won while another began, the new one is
 * reported: the bank wants evidence by a certain date.
 */
export function newestDispute(was: PaymentMirror, is: PaymentMirror): DisputeState | undefined {
  const [before, after] = [disputesIn(was), disputesIn(is)];
  const grown = DISPUTE_STATES.find((state) => (after[state] ?? 0) > (before[state] ?? 0));
  if (grown !== "won" || totalOf(after) === totalOf(before)) return grown;
  return (["open", "inquiry"] as const).find((state) => (after[state] ?? 0) > 0) ?? grown;
}

function totalOf(counts: DisputeCounts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** `1l2o`, for a record that must stay small; empty unless there are several. */
export function formatDisputes({ disputes = {} }: PaymentMirror): string {
  return DISPUTE_STATES.map((state) =>
    disputes[state] === undefined ? "" : disputes[state] + state.charAt(0),
  ).join("");
}

/** Reads what `formatDisputes` writes. */
export function parseDisputes(text: string): DisputeCounts {
  const counts = [...text.matchAll(/(\d+)([a-z])/g)].map(([, count, letter]) => [
    DISPUTE_STATES.find((state) => state.startsWith(letter ?? "")),
    Number(count),
  ]);
  return Object.fromEntries(counts);
}
