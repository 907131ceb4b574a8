import { BlockedStepError, NonRetriableError } from "../../retry/errors.ts";
import { describeError, errorName } from "../../log/log.ts";
import type { NotificationReport } from "./notifier.ts";
import {
  blockDelivery,
  failDelivery,
  giveUpDeliveries,
  updateDelivery,
  type OutboxDelivery,
} from "./outbox-delivery.ts";
import { notificationKey } from "./outbox.ts";
import { stepOf } from "./step-of.ts";
import type { Result } from "../result.ts";
import { MAX_ATTEMPTS } from "../../retry/backoff.ts";
import type { SettleDependencies } from "../settle-dependencies.ts";
import type { ControlDraft } from "../update-control.ts";
import { withTimeout } from "../../retry/with-timeout.ts";

/** A step has all the time there is. A chat that hangs must not hold up the buyer, who waits for Stripe, which waits for us. */
const LONGEST_MESSAGE_MS = 4_000;

/** Makes these deliveries, and runs the step among them, all at once. Resolves to the outcome, whatever that is. */
export async function deliverNotifications(
  deliveries: readonly OutboxDelivery[],
  details: Omit<NotificationReport, "notification">,
  timeLeftMs: number,
  dependencies: SettleDependencies,
): Promise<Result> {
  const results = await Promise.all(
    deliveries.map((delivery) => deliverOne(delivery, details, timeLeftMs, dependencies)),
  );
  return {
    change: (current) => results.reduce((changed, result) => result.change(changed), current),
    afterCommit: async () => {
      for (const { afterCommit } of results) await afterCommit();
    },
  };
}

async function deliverOne(
  delivery: OutboxDelivery,
  details: Omit<NotificationReport, "notification">,
  timeLeftMs: number,
  dependencies: SettleDependencies,
): Promise<Result> {
  const { notifier, steps, now, schedule, log } = dependencies;
  const { notification, channel, progress } = delivery;
  const { orderId } = details.order;
  const number = progress.attempts + 1;
  const idempotencyKey = notificationKey(notification, orderId);
  const step = stepOf(notification.kind, steps);
  const limitMs = channel === "code" ? timeLeftMs : Math.min(timeLeftMs, LONGEST_MESSAGE_MS);
  try {
    const state = await withTimeout(limitMs, schedule, async (signal) =>
      channel === "code"
        ? ((await step?.run(details.order, { idempotencyKey, number, signal })) ?? "skipped")
        : notifier.notify(channel, { notification, ...details }, { idempotencyKey, signal }),
    );
    return {
      change: (current) =>
        updateDelivery(current, notification, channel, ({ attempts }) => ({ state, attempts })),
      afterCommit: () => undefined,
    };
  } catch (error) {
    const reason = describeError(error);
    const isBlocked = error instanceof BlockedStepError;
    const failed = (current: ControlDraft): ControlDraft =>
      failDelivery(
        isBlocked ? blockDelivery(current, delivery) : current,
        number,
        `${channel}: ${reason}`,
        now(),
      );
    if (error instanceof NonRetriableError || (number >= MAX_ATTEMPTS && !isBlocked)) {
      const givenUp = { ...delivery, progress: { state: "gave_up", attempts: number } } as const;
      return {
        change: (current) => giveUpDeliveries(failed(current), [delivery]),
        afterCommit: () => reportGivenUp(givenUp, orderId, dependencies, errorName(error)),
      };
    }
    return {
      change: failed,
      afterCommit: () =>
        log.warn("news_failed", {
          orderId,
          news: notification.kind,
          channel,
          attempt: number,
          error: errorName(error),
        }),
    };
  }
}

/** There is no further automatic try; the health route shows it for some days. */
export async function reportGivenUp(
  { notification, channel, progress }: OutboxDelivery,
  orderId: string,
  { notifier, log }: SettleDependencies,
  reason = "tried too often",
): Promise<void> {
  log.error("news_given_up", {
    orderId,
    news: notification.kind,
    channel,
    attempt: progress.attempts,
    error: reason,
  });
  await notifier.recordGivenUp().catch((error: unknown) => {
    log.warn("news_given_up_not_noted", { orderId, error: describeError(error) });
  });
}
