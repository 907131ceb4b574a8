import type { ControlDraft } from "./update-control.ts";

/** How long one run may hold an order. Longer than any function lives: a run that still has not released it has died or was frozen. */
const LEASE_MS = 45_000;

/** Proof of a lease: its owner, and its number, the fence. */
export interface LeaseToken {
  owner: string;
  fence: number;
}

/**
 * Undefined while another run holds the order.
 *
 *     run A  ──lease(fence 1)──▶ step ─ dies ╳
 *     time   ├───────────── LEASE_MS ────────────┤ until
 *     run B              busy ✗        busy ✗     ──lease(fence 2)──▶ step ─▶ done
 *     run A wakes up late ("zombie")                    its next write: fence 1 ≠ 2 ─▶ refused
 *
 * The clock only decides when B may start. The fence and the record's version refuse A's late writes, so a wrong clock costs time,
 * never an order.
 */
export function takeLease(control: ControlDraft, owner: string, nowMs: number): ControlDraft | undefined {
  if (control.lease !== undefined && control.lease.untilMs > nowMs) return undefined;
  return { ...control, fence: control.fence + 1, lease: { owner, untilMs: nowMs + LEASE_MS } };
}

export function holdsLease(control: ControlDraft, token: LeaseToken): boolean {
  return control.lease?.owner === token.owner && control.fence === token.fence;
}

export function releaseLease(control: ControlDraft): ControlDraft {
  const { lease: _, ...released } = control;
  return released;
}
