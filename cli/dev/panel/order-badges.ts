import { isLeftToOwner } from "../../../core/orders/outbox/outbox-delivery.ts";
import type { ControlRecord, PaymentMirror } from "../../../core/orders/order.ts";

export interface Badge {
  words: string;
  /** `good`: all is well. `bad`: money or access is gone, or somebody has to do something. `open`: it may still turn out either way. */
  tone: "good" | "bad" | "open";
}

/** The state of an order in the shop's records, the most important first: "fulfilled" only while the buyer still has it all. */
export function badgesOf(control: ControlRecord): readonly Badge[] {
  const afterwards = [...moneyBadges(control.mirror), ...subscriptionBadges(control.mirror)];
  const isOver = afterwards.some(({ tone }) => tone === "bad");
  const hidesState = control.state === "fulfilled" && isOver;
  return [
    ...(hidesState ? [] : [stateBadge(control.state)]),
    ...afterwards,
    ...(control.state !== "needs_attention" && isLeftToOwner(control.news)
      ? [{ words: "message not delivered", tone: "bad" } as const]
      : []),
  ];
}

function stateBadge(state: ControlRecord["state"]): Badge {
  const words = state.replaceAll("_", " ");
  if (state === "fulfilled") return { words, tone: "good" };
  return { words, tone: ["needs_attention", "payment_failed"].includes(state) ? "bad" : "open" };
}

function moneyBadges({ fullyRefunded, refundedMinor, dispute }: PaymentMirror): Badge[] {
  const badges: Badge[] = [];
  if (fullyRefunded) badges.push({ words: "refunded", tone: "bad" });
  else if (refundedMinor > 0) badges.push({ words: "partly refunded", tone: "open" });
  if (dispute === "open") badges.push({ words: "dispute open", tone: "bad" });
  if (dispute === "lost") badges.push({ words: "dispute lost", tone: "bad" });
  if (dispute === "inquiry") badges.push({ words: "inquiry", tone: "open" });
  if (dispute === "won") badges.push({ words: "dispute won", tone: "good" });
  return badges;
}

const SUBSCRIPTIONS: Readonly<Record<string, Badge>> = {
  past_due: { words: "past due", tone: "open" },
  unpaid: { words: "unpaid", tone: "bad" },
  paused: { words: "paused", tone: "bad" },
  canceled: { words: "subscription ended", tone: "bad" },
  incomplete_expired: { words: "subscription ended", tone: "bad" },
};

function subscriptionBadges({ subscription = "" }: PaymentMirror): Badge[] {
  const badge = SUBSCRIPTIONS[subscription];
  return badge === undefined ? [] : [badge];
}
