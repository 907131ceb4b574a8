import type { Afterwards, OrderPlan, Plan } from "./plan.ts";
import type { Random } from "./random.ts";

/** How the shop is set up, where it is set up in another way than most. */
export interface Extras {
  mailDelivery: "at-least-once" | "at-most-once";
  /** Whole events, or notifications that only name what they are about. */
  events: "snapshot" | "thin";
  /** Secrets are being exchanged: `both_sign` is Stripe's side of it, `both_known` the shop's. */
  rotation: "none" | "both_sign" | "both_known";
}

/** What a buyer, or the owner, does in one order, beside what everybody does. */
export interface OrderExtras {
  /** The button is a form, for a browser without scripts. */
  isForm: boolean;
  /** So often the buyer asks for the mail again; `isStranger` from a browser that knows nothing but the order's number. */
  resends: number;
  isStranger: boolean;
  /** So often the owner settles the order by hand. */
  commands: number;
  /** A subscription's first payment is a bank's, which takes its time. */
  debit: "succeeds" | "fails" | undefined;
}

export const NO_EXTRAS: Extras = { mailDelivery: "at-least-once", events: "snapshot", rotation: "none" };

/** What becomes of disputes, and two about one payment. */
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

/** Drawn apart from the rest of the plan, so that a seed goes on meaning what it meant. */
export function withExtras(plan: Plan, random: Random): Plan {
  const extras: Extras = {
    mailDelivery: random.chance(0.08) ? "at-most-once" : "at-least-once",
    events: random.chance(0.15) ? "thin" : "snapshot",
    rotation: random.pick(["none", "none", "none", "both_sign", "both_known"] as const),
  };
  // That Stripe gives a subscription up is told by an event that a sparse endpoint is not sent.
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
  // Of what was never paid nothing is renewed.
  return { ...order, extras, afterwards: debit === "fails" ? [] : afterwards };
}
