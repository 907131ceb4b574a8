import { describeError, type Log } from "../log.ts";
import type { Bookkeeping } from "../reconciliation/bookkeeping.ts";
import type { Counters } from "./counters.ts";

const WINDOW_MS = 3_600_000;
const SIGNS_THAT_ALARM = 50;
const NOTE = "card_testing";

/** `shop_limit` alarms at once; of the others it takes fifty within an hour. */
type CardTestingSign = "address_limit" | "shop_limit" | "declined";

export interface CardTestingAlarm {
  /** Never fails: what gives an alarm must not stand in the way of a sale or a webhook. */
  report(sign: CardTestingSign): Promise<void>;
}

export interface CardTestingDependencies {
  counters: Counters;
  bookkeeping: Bookkeeping;
  now: () => number;
  log: Log;
}

/**
 * Thieves try out stolen card numbers where they can pay, hundreds in a row: https://docs.stripe.com/disputes/prevention/card-testing.
 * The owner is told once an hour while it lasts, by whichever instance writes the note first.
 */
export function createCardTestingAlarm(dependencies: CardTestingDependencies): CardTestingAlarm {
  const { counters, bookkeeping, now, log } = dependencies;
  let silentUntilMs = 0;

  return {
    async report(sign) {
      // Rung already: counting on would only cost.
      if (now() < silentUntilMs) return;
      try {
        if (!(await isEnough(sign))) return;
        if (await isFirstToTell()) tellOwner(sign);
        silentUntilMs = now() + WINDOW_MS;
      } catch (error) {
        log.warn("alarm_failed", { sign, error: describeError(error) });
      }
    },
  };

  async function isEnough(sign: CardTestingSign): Promise<boolean> {
    const window = Math.floor(now() / WINDOW_MS);
    const weight = sign === "shop_limit" ? SIGNS_THAT_ALARM : 1;
    const signs = await counters.add(`card-testing:${window}`, weight, (window + 1) * WINDOW_MS);
    return signs >= SIGNS_THAT_ALARM;
  }

  async function isFirstToTell(): Promise<boolean> {
    const note = await bookkeeping.read(NOTE);
    if (note !== undefined && now() - Number(note.text) < WINDOW_MS) return false;
    return (await bookkeeping.write(NOTE, note?.version ?? 0, String(now()))) === "written";
  }

  /** The one place that tells the owner. */
  function tellOwner(sign: CardTestingSign): void {
    log.error("card_testing_suspected", {
      sign,
      fix: "Somebody may be trying out stolen cards in your shop: look at the failed payments in the Stripe dashboard, refund payments you doubt, and see https://docs.stripe.com/disputes/prevention/card-testing.",
    });
  }
}

/** True for an hour after the owner was told. */
export async function isCardTestingSuspected(bookkeeping: Bookkeeping, nowMs: number): Promise<boolean> {
  const note = await bookkeeping.read(NOTE);
  return note !== undefined && nowMs - Number(note.text) < WINDOW_MS;
}
