import type { SimulatedState } from "./state.ts";
import type { EventType } from "./stored.ts";

/**
 * What a transition may touch: the state, the clock and randomness. Transitions check first and change afterwards, so one that throws
 * leaves the state unchanged.
 */
export interface World {
  readonly state: SimulatedState;
  /** Milliseconds. */
  now(): number;
  /** Letters and digits. */
  randomId(length: number): string;
  /** Where new events go. */
  readonly endpoints: readonly { id: string; enabledEvents: readonly string[] }[];
  /** Called for every delivery that an event needs. */
  deliveryQueued(id: string): void;
  /** The API call under way: events name what caused them. */
  readonly request: { id: string | null; idempotency_key: string | null };
  readonly publicUrl: string;
  /** The account has Managed Payments on unless a request says no, as newer accounts do. */
  readonly managedPaymentsByDefault: boolean;
  /** Faults of Stripe itself, as currently set. */
  readonly eventTrouble: EventTrouble;
}

export interface EventTrouble {
  /** How long new events are missing from lists. */
  visibilityDelayMs: number;
  /** Events of these types are never made. */
  lostTypes: "all" | readonly EventType[];
}

export function nowSeconds(world: World): number {
  return Math.floor(world.now() / 1000);
}

/** A new id as Stripe writes it: `pi_3Q…`, `evt_1R…`. */
export function newId(world: World, prefix: string, length = 24): string {
  return `${prefix}_${world.randomId(length)}`;
}
