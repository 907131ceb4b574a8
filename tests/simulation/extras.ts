import type { Afterwards, OrderPlan, Plan } from "./plan.ts";
import type { Random } from "./random.ts";

/** Settings in which the shop may differ from most. */
export interface Extras {
  mailDelivery: "at-least-once" | "at-most-once";
  /** Whole events, or notifications that only name what they are about. */
  events: "snapshot" | "thin";
  /** Secrets are being rotated: with `both_sign` Stripe signs with both, with `both_known` the shop knows both. */
  rotation: "none" | "both_sign" | "both_known";
}

/** What the buyer or the owner does with one order beyond the usual. */
export interface OrderExtras {
  /** The button is a form, for a browser without scripts. */
  isForm: boolean;
  /** How often the buyer asks for the mail again. `isStranger`: from a browser that knows only the order's number. */
  resends: number;
  isStranger: boolean;
  /** How often the owner settles the order by hand. */
  commands: number;
  /** The subscription's first payment is a bank debit, which takes its time, and this is its outcome. */
  debit: "succeeds" | "fails" | undefined;
}

export const NO_EXTRAS: Extras = { mailDelivery: "at-least-once", events: "snapshot", rotation: "none" };

/** How disputes may go on, including two about one payment. */
const DISPUTES: readonly (readonly Afterwards[])[] = [
  ["inquiry", "inquiry_closed"],
  ["inquiry", "dispute_answered"],
  ["inquiry", "dispute_answered", "inquiry_closed"],
  ["dispute_prevented"],
  ["dispute_again", "dispute_answered"],
  ["dispute_again", "dispute_again"],
  ["inquiry", "dispute_again"],
  ["dispute_won", "dispute_again"],
  ["dispute_again", "dispute_won"],
  ["dispute_won", "inquiry", "dispute_lost"],
];

/** Drawn from its own stream, so that older parts of a seed's plan stay as they were. */
export function withExtras(plan: Plan, random: Random): Plan {
  const extras: Extras = {
    mailDelivery: random.chance(0.08) ? "at-most-once" : "at-least-once",
    events: random.chance(0.15) ? "thin" : "snapshot",
    rotation: random.pick(["none", "none", "none", "both_sign", "both_known"] as const),
  };
  // A sparse endpoint does not get the event by which Stripe says that it gave a subscription up.
  const mayDebit = plan.endpoint !== "sparse";
  return { ...plan, extras, orders: plan.orders.map((order) => withOrderExtras(order, mayDebit, random)) };
}

function withOrderExtras(order: OrderPlan, mayDebit: boolean, random: Random): OrderPlan {
  const [isForm, asksAgain, isStranger, isCommanded, byDebit, isDisputed] = [
    0.25, 0.15, 0.3, 0.1, 0.15, 0.15,
  ].map((chance) => random.chance(chance));
  const [resends, commands, outcome, disputes] = [
    random.pick([1, 1, 2, 5]),
    random.pick([1, 2]),
    random.pick(["succeeds", "fails"] as const),
    random.pick(DISPUTES),
  ];
  const debit = byDebit === true && mayDebit && order.kind === "subscription" ? outcome : undefined;
  const extras: OrderExtras = {
    isForm: isForm === true,
    resends: asksAgain === true ? resends : 0,
    isStranger: isStranger === true,
    commands: isCommanded === true ? commands : 0,
    debit,
  };
  const mayBeDisputed = order.kind === "card" && order.afterwards.length === 0;
  const afterwards = isDisputed === true && mayBeDisputed ? disputes : order.afterwards;
  // A subscription that was never paid is never renewed.
  return { ...order, extras, afterwards: debit === "fails" ? [] : afterwards };
}
