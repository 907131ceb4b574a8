import { describeError } from "../log/log.ts";
import { notifyOwner, type NotifyOwnerDependencies } from "./notify-owner.ts";
import type { Bookkeeping } from "../stores/bookkeeping.ts";
import type { Counters } from "../stores/counters.ts";

const WINDOW_MS = 3_600_000;
const SIGNS_THAT_ALARM = 50;
const NOTE = "card_testing";

/** For the mail and the chat message, while a checkout or a webhook waits. At most once an hour. */
const SAY_WITHIN_MS = 4_000;

/** `shop_limit` alarms at once; the others alarm after fifty within an hour. */
type CardTestingSign = "address_limit" | "shop_limit" | "declined";

export interface CardTestingAlarm {
  /** Never fails: an alarm must not stand in the way of a sale or a webhook. */
  report(sign: CardTestingSign): Promise<void>;
}

export interface CardTestingDependencies extends NotifyOwnerDependencies {
  counters: Counters;
  bookkeeping: Bookkeeping;
}

/**
 * Thieves try out stolen card numbers where they can pay, hundreds in a row:
 * https://docs.stripe.com/disputes/prevention/card-testing. The owner is told once an hour while it lasts, by the instance that
 * writes the note first.
 */
export function createCardTestingAlarm(dependencies: CardTestingDependencies): CardTestingAlarm {
  const { counters, bookkeeping, now, log } = dependencies;
  let silentUntilMs = 0;

  return {
    async report(sign) {
      // The alarm was raised already: counting on would only cost.
      if (now() < silentUntilMs) return;
      try {
        if (!(await isEnough(sign))) return;
        const isFirst = await isFirstToTell();
        silentUntilMs = now() + WINDOW_MS;
        if (isFirst) await tellOwner(sign);
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

  /** The log and health say it in any case; a mail or a message that fails is not tried again. */
  async function tellOwner(sign: CardTestingSign): Promise<void> {
    log.error("card_testing_suspected", { sign, fix: WHAT_TO_DO });
    const notice = {
      subject: "Someone may be trying out stolen cards in your shop",
      text: `${WHAT_TO_DO}\n`,
    };
    const failure = { event: "alarm_failed", fields: { sign } };
    await notifyOwner({ name: "card_testing", notice, withinMs: SAY_WITHIN_MS, failure }, dependencies);
  }
}

const WHAT_TO_DO =
  "Someone may be trying out stolen cards in your shop: look at the failed payments in the Stripe dashboard, refund payments you doubt, and see https://docs.stripe.com/disputes/prevention/card-testing.";

/** True for an hour after the owner was told. */
export async function isCardTestingSuspected(bookkeeping: Bookkeeping, nowMs: number): Promise<boolean> {
  const note = await bookkeeping.read(NOTE);
  return note !== undefined && nowMs - Number(note.text) < WINDOW_MS;
}
