import type { World } from "./state/world.ts";
import { cancelDueSubscriptions } from "./transitions/cancel-subscription.ts";
import { expireDueSessions } from "./transitions/expire-session.ts";
import { settleDebit } from "./transitions/settle-debit.ts";

/** Runs what happens by itself when its time has come. */
export interface Alarm {
  /** Does what should have happened by now: sessions expire, banks answer, subscriptions end. False when there was nothing to do. */
  catchUp(): boolean;
  /** Call after every change of the state: rings when the next thing is due. */
  set(): void;
  close(): void;
}

/** Node's timers cannot wait longer: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const longestTimerMs = 2 ** 31 - 1;

export function createAlarm(surroundings: {
  world: World;
  schedule(delayMs: number, run: () => void): () => void;
  /** Called when it rings. */
  ring(): void;
}): Alarm {
  const { world, schedule, ring } = surroundings;
  // Milliseconds; undefined before the first look.
  let dueAt: number | null | undefined;
  let cancelTimer = () => {};
  let isClosed = false;

  return {
    catchUp() {
      if (dueAt === null || (dueAt !== undefined && dueAt > world.now())) return false;
      expireDueSessions(world);
      cancelDueSubscriptions(world);
      settleDueDebits(world);
      return true;
    },
    set() {
      const next = nextDue(world);
      if (isClosed || next === dueAt) return;
      cancelTimer();
      dueAt = next;
      if (next === null) return;
      const waitMs = Math.min(Math.max(next - world.now(), 0), longestTimerMs);
      cancelTimer = schedule(waitMs, () => {
        dueAt = undefined;
        ring();
      });
    },
    close() {
      isClosed = true;
      cancelTimer();
    },
  };
}

function settleDueDebits(world: World): void {
  for (const [sessionId, { settling }] of Object.entries(world.state.checkoutIntents)) {
    const session = world.state.checkoutSessions[sessionId];
    if (settling !== null && settling.dueAt <= world.now() && session !== undefined)
      settleDebit(world, session);
  }
}

function nextDue({ state }: World): number | null {
  let next = Infinity;
  for (const session of Object.values(state.checkoutSessions)) {
    if (session.status === "open") next = Math.min(next, session.expires_at * 1000);
  }
  for (const { settling } of Object.values(state.checkoutIntents)) {
    if (settling !== null) next = Math.min(next, settling.dueAt);
  }
  for (const { cancel_at: cancelAt, ended_at: endedAt } of Object.values(state.subscriptions)) {
    if (cancelAt !== null && endedAt === null) next = Math.min(next, cancelAt * 1000);
  }
  return next === Infinity ? null : next;
}
