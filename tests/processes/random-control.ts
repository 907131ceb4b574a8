import {
  subjectOf,
  type Channel,
  type DeliveryProgress,
  type Outbox,
  type NotificationKind,
} from "../../core/orders/outbox/outbox.ts";
import type { ControlRecord, OrderState, PaymentMirror, StepProgress } from "../../core/orders/order.ts";
import type { Random } from "../simulation/random.ts";

/** The keys of an object that must name all of them: a new one does not compile until it is added here. */
const all = <K extends string>(named: Record<K, true>): readonly K[] => Object.keys(named) as K[];

const STATES = all<OrderState>({
  awaiting_payment: true,
  payment_failed: true,
  paid: true,
  needs_attention: true,
  fulfilled: true,
});

const STEP_STATES = all<StepProgress["state"]>({ started: true, failed: true, done: true, skipped: true });

const KINDS = all<NotificationKind>({
  paid: true,
  payment_failed: true,
  needs_attention: true,
  refunded: true,
  refund_failed: true,
  dispute_inquiry: true,
  dispute_opened: true,
  dispute_won: true,
  dispute_lost: true,
  renewal_failed: true,
  renewal_failed_finally: true,
  subscription_ended: true,
  subscription_paused: true,
  subscription_resumed: true,
  revoked: true,
  restored: true,
});

const CHANNELS = all<Channel>({ code: true, webhook: true, mail: true, chat: true });

const DELIVERY_STATES = all<DeliveryProgress["state"]>({
  todo: true,
  started: true,
  done: true,
  skipped: true,
  gave_up: true,
});

/** A record with anything that its type allows, whether or not a real order could have it. */
export function randomControl(random: Random): ControlRecord {
  const outbox = random.chance(0.6) ? randomOutbox(random) : undefined;
  return {
    v: outbox === undefined ? 1 : 2,
    writeId: random.letters(16),
    state: random.pick(STATES),
    mirror: randomMirror(random),
    fence: random.between(0, 10_000),
    ...(random.chance(0.5) && { lease: { owner: random.letters(16), untilMs: random.between(0, 2 ** 41) } }),
    steps: Object.fromEntries(
      ["record", "license", "mail", "größer ✓"]
        .filter(() => random.chance(0.5))
        .map((name) => [name, { state: random.pick(STEP_STATES), attempts: random.between(0, 12) }]),
    ),
    ...(outbox !== undefined && { news: outbox }),
    ...(random.chance(0.3) && { nextTryMs: random.between(0, 2 ** 41) }),
    ...(random.chance(0.3) && { lastError: random.pick(["", 'mail: "no"\n', "naïve 💶", "\u0000"]) }),
    ...(random.chance(0.3) && { checkedMs: random.between(0, 2 ** 41) }),
  };
}

function randomMirror(random: Random): PaymentMirror {
  return {
    refundedMinor: random.between(0, 99_999_999),
    fullyRefunded: random.chance(0.3),
    ...(random.chance(0.3) && { dispute: random.pick(["inquiry", "open", "won", "lost"] as const) }),
    ...(random.chance(0.2) && { disputes: { lost: random.between(1, 9), inquiry: random.between(1, 9) } }),
    ...(random.chance(0.3) && { subscription: random.pick(["active", "past_due", "incomplete_expired"]) }),
    ...(random.chance(0.3) && { renewal: random.pick(["failed", "failed_finally"] as const) }),
  };
}

/** The latest notification of each subject, for any of the channels or for none. */
function randomOutbox(random: Random): Outbox {
  const kinds = KINDS.filter(() => random.chance(0.2));
  return Object.fromEntries(
    kinds.map((kind) => {
      const channels = CHANNELS.filter(() => random.chance(0.5));
      const deliveries = channels.map((channel) => [
        channel,
        { state: random.pick(DELIVERY_STATES), attempts: random.between(0, 12) },
      ]);
      const count = random.between(1, 99);
      return [subjectOf(kind), { kind, count, deliveries: Object.fromEntries(deliveries) }];
    }),
  );
}
