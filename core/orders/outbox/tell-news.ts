import { BlockedStepError, NonRetriableError } from "../../retry/errors.ts";
import { describeError, errorName } from "../../log/log.ts";
import type { NewsReport } from "./news-desk.ts";
import { blockErrand, failDelivery, giveUpErrands, noteDelivery, type Errand } from "./errands.ts";
import { newsKey } from "./news.ts";
import type { Result } from "../result.ts";
import { MAX_ATTEMPTS } from "../../retry/backoff.ts";
import type { SettleDependencies } from "../settle-dependencies.ts";
import type { ControlDraft } from "../update-control.ts";
import { withTimeout } from "../../retry/with-timeout.ts";

/** A chat that hangs must not hold up the buyer, who waits for Stripe, which waits for us. */
const LONGEST_MESSAGE_MS = 4_000;

/** Delivers them all at once. Resolves to the outcome, whatever that is. */
export async function runErrands(
  errands: readonly Errand[],
  told: Omit<NewsReport, "news">,
  timeLeftMs: number,
  dependencies: SettleDependencies,
): Promise<Result> {
  const results = await Promise.all(
    errands.map((errand) => runErrand(errand, told, timeLeftMs, dependencies)),
  );
  return {
    change: (current) => results.reduce((changed, result) => result.change(changed), current),
    announce: async () => {
      for (const { announce } of results) await announce();
    },
  };
}

async function runErrand(
  errand: Errand,
  told: Omit<NewsReport, "news">,
  timeLeftMs: number,
  dependencies: SettleDependencies,
): Promise<Result> {
  const { news: desk, now, schedule, log } = dependencies;
  const { news, channel } = errand;
  const { orderId } = told.order;
  const number = errand.delivery.attempts + 1;
  const idempotencyKey = newsKey(news, orderId);
  const limitMs = channel === "code" ? timeLeftMs : Math.min(timeLeftMs, LONGEST_MESSAGE_MS);
  try {
    const state = await withTimeout(limitMs, schedule, (signal) =>
      desk.tell(channel, { news, ...told }, { idempotencyKey, signal }),
    );
    return {
      change: (current) => noteDelivery(current, news, channel, ({ attempts }) => ({ state, attempts })),
      announce: () => undefined,
    };
  } catch (error) {
    const reason = describeError(error);
    const isBlocked = error instanceof BlockedStepError;
    const failed = (current: ControlDraft): ControlDraft =>
      failDelivery(
        isBlocked ? blockErrand(current, errand) : current,
        number,
        `${channel}: ${reason}`,
        now(),
      );
    if (error instanceof NonRetriableError || (number >= MAX_ATTEMPTS && !isBlocked)) {
      const given = { ...errand, delivery: { state: "gave_up", attempts: number } } as const;
      return {
        change: (current) => giveUpErrands(failed(current), [errand]),
        announce: () => reportGivenUp(given, orderId, dependencies, errorName(error)),
      };
    }
    return {
      change: failed,
      announce: () =>
        log.warn("news_failed", {
          orderId,
          news: news.kind,
          channel,
          attempt: number,
          error: errorName(error),
        }),
    };
  }
}

/** There is no further automatic try; the health route shows it for some days. */
export async function reportGivenUp(
  { news, channel, delivery }: Errand,
  orderId: string,
  { news: desk, log }: SettleDependencies,
  reason = "tried too often",
): Promise<void> {
  log.error("news_given_up", {
    orderId,
    news: news.kind,
    channel,
    attempt: delivery.attempts,
    error: reason,
  });
  await desk.noteGivenUp().catch((error: unknown) => {
    log.warn("news_given_up_not_noted", { orderId, error: describeError(error) });
  });
}
