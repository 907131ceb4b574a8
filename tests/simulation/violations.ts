/** What must never happen. docs/reliability.md explains I1 to I17. */
type Invariant =
  | "I1 no paid session is lost"
  | "I2 a keyed effect has one key"
  | "I3 mails are counted"
  | "I4 no effect before payment"
  | "I5 steps, fence and rank never go back"
  | "I6 refunds, disputes and subscription agree with Stripe"
  | "I7 a 200 is a durable promise"
  | "I8 an order has its license keys and no others"
  | "I9 work is bounded"
  | "I10 only the lease holder acts"
  | "I12 access equals what the subscription pays for"
  | "I14 each renewal, refund and dispute is told once"
  | "I15 a flagged step was really tried twelve times"
  | "I16 a mail comes once, and once more for each accident"
  | "I17 calls to Stripe are bounded"
  | "N1 what happens is told"
  | "N2 messages to the owner are counted"
  | "N3 one event has one key"
  | "N4 an order is told before what happens to it"
  | "S1 an order says what was bought"
  | "S2 the owner is alerted once"
  | "S3 the page tells the truth"
  | "S4 no effect begins out of time"
  | "S5 no promise is forgotten"
  | "S6 Stripe is not kept coming back"
  | "S7 what failed waits for its next try"
  | "S8 a mail is sent again within limits"
  | "S9 what a person asks for fails only for a known reason";

export interface Violation {
  invariant: Invariant;
  what: string;
}

export interface Violations {
  report(invariant: Invariant, what: string): void;
  all(): readonly Violation[];
}

export function createViolations(onReport: (violation: Violation) => void): Violations {
  const found: Violation[] = [];
  return {
    report(invariant, what) {
      if (found.some((known) => known.invariant === invariant && known.what === what)) return;
      const violation = { invariant, what };
      found.push(violation);
      onReport(violation);
    },
    all: () => found,
  };
}
