import type { Random } from "./random.ts";

/** What happens to one outside call: to the store, to Stripe, to the mail server. */
export interface Disturbance {
  /**
   * `fails_before`: nothing happened, and the caller is told so. `reply_lost`: it happened, and the caller is told that it failed.
   * `spoilt`: Stripe fails, and remembers that under the idempotency key. `foreign`: a gateway answers in Stripe's place.
   */
  outcome: "happens" | "fails_before" | "reply_lost" | "spoilt" | "foreign";
  /** Time on the way there, at work, and on the way back. */
  beforeMs: number;
  duringMs: number;
  afterMs: number;
  /** The process dies: before the call leaves it, or before the reply reaches it. */
  crash: "before" | "after" | undefined;
}

/** `point` names the call, e.g. `orders.writeControl`. */
export interface FaultSource {
  next(process: string, point: string): Disturbance;
}

/** Probabilities per call. */
export interface FaultRates {
  failsBefore: number;
  replyLost: number;
  crash: number;
  slow: number;
  /** On top of `slow`, for the calls that write orders. */
  slowWrites: number;
  /** On top of `failsBefore`, for the same calls: a table that is throttled. */
  failingWrites: number;
  /** On top of `failsBefore`, for Stripe's list of events. */
  failingEvents: number;
  spoilt: number;
  /** Added to every call to Stripe, each time the same. */
  evenMs: number;
  /** The same for each mail. */
  mailMs: number;
}

export const NO_FAULTS: FaultRates = {
  failsBefore: 0,
  replyLost: 0,
  crash: 0,
  slow: 0,
  slowWrites: 0,
  failingWrites: 0,
  failingEvents: 0,
  spoilt: 0,
  evenMs: 0,
  mailMs: 0,
};

/** Different storms find different mistakes: rare single faults leave long histories, heavy ones make rare pairs. */
export const STORMS: Readonly<Record<string, FaultRates>> = {
  calm: NO_FAULTS,
  drizzle: { ...NO_FAULTS, failsBefore: 0.01, replyLost: 0.02, crash: 0.02, slow: 0.02, spoilt: 0.01 },
  flaky: { ...NO_FAULTS, failsBefore: 0.08, replyLost: 0.08, crash: 0.01, slow: 0.02, spoilt: 0.03 },
  crashing: { ...NO_FAULTS, failsBefore: 0.01, replyLost: 0.03, crash: 0.1, slow: 0.02, spoilt: 0.01 },
  sluggish: { ...NO_FAULTS, failsBefore: 0.01, replyLost: 0.03, crash: 0.02, slow: 0.15, spoilt: 0.01 },
  throttled: { ...NO_FAULTS, failingWrites: 0.9 },
  deaf: { ...NO_FAULTS, failingEvents: 0.85 },
  viscous: { ...NO_FAULTS, replyLost: 0.02, slowWrites: 0.3 },
  hurricane: { ...NO_FAULTS, failsBefore: 0.1, replyLost: 0.12, crash: 0.06, slow: 0.1, spoilt: 0.04 },
};

const WRITES = new Set(["orders.writeControl", "POST /v1/checkout/sessions/:id"]);

const STRIPE = /^[A-Z]+ \/v1\//;

/** Longer than any lease: a process that sleeps this long finds another one working on the order. */
const SLOWEST_MS = 60_000;

/** Asks for the rates at every call, so that a storm can end. */
export function createRandomFaults(random: Random, rates: () => FaultRates): FaultSource {
  const latency = (): number => random.between(1, 40);
  const maybeSlow = (probability: number): number =>
    random.chance(probability) ? random.between(100, random.pick([3_000, SLOWEST_MS])) : latency();

  return {
    next(_process, point) {
      const now = rates();
      const { failsBefore, replyLost, crash, slow, slowWrites, failingWrites, failingEvents, spoilt } = now;
      const isWrite = WRITES.has(point);
      const failing = (isWrite ? failingWrites : 0) + (point === "GET /v1/events" ? failingEvents : 0);
      return {
        outcome: outcome(random.next(), failsBefore + failing, replyLost, spoilt),
        beforeMs: maybeSlow(slow / 3 + (isWrite ? slowWrites : 0)) + evenLatency(point, now),
        duringMs: maybeSlow(slow / 3),
        afterMs: maybeSlow(slow / 3),
        crash: crashes(random.next(), crash),
      };
    },
  };
}

function evenLatency(point: string, { evenMs, mailMs }: FaultRates): number {
  if (STRIPE.test(point)) return evenMs;
  return point === "mail.send" ? mailMs : 0;
}

function outcome(
  roll: number,
  failsBefore: number,
  replyLost: number,
  spoilt: number,
): Disturbance["outcome"] {
  if (roll < failsBefore) return roll < failsBefore / 4 ? "foreign" : "fails_before";
  if (roll < failsBefore + replyLost) return "reply_lost";
  return roll < failsBefore + replyLost + spoilt ? "spoilt" : "happens";
}

function crashes(roll: number, crash: number): Disturbance["crash"] {
  if (roll < crash / 2) return "before";
  return roll < crash ? "after" : undefined;
}
