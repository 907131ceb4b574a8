import type { World } from "./state/world.ts";
import { expireDueSessions } from "./transitions/expire-session.ts";
import { settleDebit } from "./transitions/settle-debit.ts";

/** Does what should have happened by now: sessions expire, banks answer. */
export function catchUp(world: World): void {
  expireDueSessions(world);
  for (const [sessionId, { settling }] of Object.entries(world.state.checkoutIntents)) {
    const session = world.state.checkoutSessions[sessionId];
    if (settling !== null && settling.dueAt <= world.now() && session !== undefined)
      settleDebit(world, session);
  }
}

/** Milliseconds of the next moment at which `catchUp` will have something to do. */
export function nextAlarm(world: World): number | null {
  const times = [
    ...Object.values(world.state.checkoutSessions)
      .filter((session) => session.status === "open")
      .map((session) => session.expires_at * 1000),
    ...Object.values(world.state.checkoutIntents).flatMap(({ settling }) =>
      settling === null ? [] : [settling.dueAt],
    ),
  ];
  return times.length === 0 ? null : Math.min(...times);
}
