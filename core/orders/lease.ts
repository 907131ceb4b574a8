import type { ControlDraft } from "./update-control.ts";

/** How long one run may hold an order. Longer than any function lives, so that a holder which died is not overtaken early. */
const LEASE_MS = 45_000;

/** Proof of a lease: who took it, and the how-manieth it was. */
export interface Claim {
  owner: string;
  fence: number;
}

/**
 * Undefined while somebody else holds the order.
 *
 *     run A  ──lease(fence 1)──▶ step ─ dies ╳
 *     time   ├───────────── LEASE_MS ────────────┤ until
 *     run B              busy ✗        busy ✗     ──lease(fence 2)──▶ step ─▶ done
 *     run A wakes up late ("zombie")                    its next write: fence 1 ≠ 2 ─▶ refused
 *
 * The clock decides only when B may start. That A's late writes are refused is decided by the fence and by the record's
 * version, so a clock that is wrong costs time, never an order.
 */
export function takeLease(control: ControlDraft, owner: string, nowMs: number): ControlDraft | undefined {
  if (control.lease !== undefined && control.lease.untilMs > nowMs) return undefined;
  return { ...control, fence: control.fence + 1, lease: { owner, untilMs: nowMs + LEASE_MS } };
}

export function holdsLease(control: ControlDraft, claim: Claim): boolean {
  return control.lease?.owner === claim.owner && control.fence === claim.fence;
}

export function releaseLease(control: ControlDraft): ControlDraft {
  const { lease: _, ...released } = control;
  return released;
}
