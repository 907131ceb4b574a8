import { PermanentStepError } from "../fulfillment/step.ts";
import { describeError } from "../log.ts";
import { failDelivery, MAX_STEP_ATTEMPTS, noteDelivery } from "./control-record.ts";
import { errandsIn, isOwed, newsKey, type Errand } from "./news.ts";
import type { LeasedOrder, Result } from "./run-owed.ts";
import type { SettleDependencies } from "./settle-order.ts";
import type { ControlDraft } from "./update-control.ts";
import { withTimeout } from "./with-timeout.ts";

/** A chat that hangs must not keep the buyer, who waits for Stripe, who waits for us. */
const LONGEST_MESSAGE_MS = 4_000;

/** Whom to tell now: each is tried once a run. `tried` is what this run has begun. */
export function chooseErrands(
  control: ControlDraft,
  askedByOwner: boolean,
  tried: ReadonlySet<string>,
): readonly Errand[] {
  return errandsIn(control.news).filter(
    (errand) => isOwed(errand.delivery, askedByOwner) && !tried.has(nameOf(errand)),
  );
}

/** Counted before anything is sent: never fewer attempts than messages. */
export function beginErrands(control: ControlDraft, errands: readonly Errand[]): ControlDraft {
  return errands.reduce(
    (begun, { news, channel }) =>
      noteDelivery(begun, news, channel, ({ attempts }) => ({ state: "started", attempts: attempts + 1 })),
    control,
  );
}

/** Begun so often, and never done: whoever began them died each time. */
export function exhaustedErrands(control: ControlDraft): readonly Errand[] {
  return errandsIn(control.news).filter(
    ({ delivery }) => delivery.state === "started" && delivery.attempts >= MAX_STEP_ATTEMPTS,
  );
}

export function giveUpErrands(control: ControlDraft, errands: readonly Errand[]): ControlDraft {
  return errands.reduce(
    (left, { news, channel }) =>
      noteDelivery(left, news, channel, ({ attempts }) => ({ state: "gave_up", attempts })),
    control,
  );
}

/** Nobody tries again by itself; the health route shows it for some days. */
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

/** Tells them all at once. Resolves to what came of it, whatever that is. */
export async function runErrands(
  errands: readonly Errand[],
  told: Omit<LeasedOrder, "lease">,
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
  { order, dates, control }: Omit<LeasedOrder, "lease">,
  timeLeftMs: number,
  dependencies: SettleDependencies,
): Promise<Result> {
  const { news: desk, now, schedule, log } = dependencies;
  const { news, channel } = errand;
  const { orderId } = order;
  const number = errand.delivery.attempts + 1;
  const idempotencyKey = newsKey(news, orderId);
  const limitMs = channel === "code" ? timeLeftMs : Math.min(timeLeftMs, LONGEST_MESSAGE_MS);
  try {
    const state = await withTimeout(limitMs, schedule, (signal) =>
      desk.tell(channel, { news, order, control, dates }, { idempotencyKey, signal }),
    );
    return {
      change: (current) => noteDelivery(current, news, channel, ({ attempts }) => ({ state, attempts })),
      announce: () => undefined,
    };
  } catch (error) {
    const reason = describeError(error);
    const failed = (current: ControlDraft): ControlDraft =>
      failDelivery(current, number, `${channel}: ${reason}`, now());
    if (error instanceof PermanentStepError || number >= MAX_STEP_ATTEMPTS) {
      return {
        change: (current) => giveUpErrands(failed(current), [errand]),
        announce: () =>
          reportGivenUp(
            { ...errand, delivery: { state: "gave_up", attempts: number } },
            orderId,
            dependencies,
            errorName(error),
          ),
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

/** What was thrown may quote an address, or the owner's secret URL: the record keeps it, the log gets the name. */
function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

export function nameOf({ news, channel }: Errand): string {
  return `${news.kind} ${news.count} ${channel}`;
}
