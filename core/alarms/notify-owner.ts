import { describeError, type Log } from "../log/log.ts";
import type { LogFields } from "../log/fields.ts";
import { withTimeout, type Schedule } from "../retry/with-timeout.ts";
import type { Notifier, Notice } from "../orders/outbox/notifier.ts";

const HOUR_MS = 3_600_000;

export interface Alarm {
  /** What it is about. With the hour it makes the idempotency key, so that two instances do not say it twice. */
  name: string;
  notice: Notice;
  /** A webhook or a buyer's checkout waits meanwhile. */
  withinMs: number;
  /** What the log says if the owner could not be told. */
  failure: { event: string; fields?: LogFields };
}

export interface NotifyOwnerDependencies {
  notifier: Pick<Notifier, "notifyOwner">;
  now: () => number;
  schedule: Schedule;
  log: Log;
}

/** Tells the owner something that is not about an order. Never rejects: a message that fails is logged, and not tried again. */
export async function notifyOwner(
  { name, notice, withinMs, failure }: Alarm,
  { notifier, now, schedule, log }: NotifyOwnerDependencies,
): Promise<void> {
  const idempotencyKey = `${name}/${Math.floor(now() / HOUR_MS)}`;
  try {
    await withTimeout(withinMs, schedule, (signal) =>
      notifier.notifyOwner(notice, { idempotencyKey, signal }),
    );
  } catch (error) {
    log.warn(failure.event, { ...failure.fields, error: describeError(error) });
  }
}
