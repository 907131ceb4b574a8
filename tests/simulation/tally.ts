import type { VirtualTime } from "./virtual-time.ts";
import type { World } from "./world.ts";

/** What a run was made of. A simulation in which nothing is bought, or nothing goes wrong, finds nothing either. */
export interface Tally {
  /** Things that happened: calls, timers, deliveries. */
  happened: number;
  sessions: number;
  paid: number;
  fulfilled: number;
  flagged: number;
  refunded: number;
  mails: number;
  /** Mails beyond the first of an order: sent, and then not recorded. */
  mailsTwice: number;
  processes: number;
  deaths: number;
  faults: number;
}

export function emptyTally(): Tally {
  return {
    happened: 0,
    sessions: 0,
    paid: 0,
    fulfilled: 0,
    flagged: 0,
    refunded: 0,
    mails: 0,
    mailsTwice: 0,
    processes: 0,
    deaths: 0,
    faults: 0,
  };
}

export function tallyOf(world: World, time: VirtualTime): Tally {
  const tally = { ...emptyTally(), ...world.counts, happened: time.happened() };
  for (const id of Object.keys(world.state.checkoutSessions)) {
    const { isPaid, refundedMinor } = world.truths.current(id);
    const state = world.book.current(id)?.control.state;
    const mails = world.mails.sent(id);
    tally.sessions += 1;
    tally.paid += isPaid ? 1 : 0;
    tally.fulfilled += state === "fulfilled" ? 1 : 0;
    tally.flagged += state === "needs_attention" ? 1 : 0;
    tally.refunded += refundedMinor > 0 ? 1 : 0;
    tally.mails += mails;
    tally.mailsTwice += Math.max(0, mails - 1);
  }
  return tally;
}

export function addTallies(one: Tally, other: Tally): Tally {
  const sum = { ...one };
  for (const field of Object.keys(sum) as (keyof Tally)[]) sum[field] += other[field];
  return sum;
}
