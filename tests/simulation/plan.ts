import { NO_EXTRAS, type Extras, type OrderExtras } from "./extras.ts";
import { NO_FAULTS, STORMS, type FaultRates } from "./faults.ts";
import type { LinePlan } from "./line-plan.ts";
import type { OwnerHabits } from "./owner-side.ts";
import type { HostHabits } from "./platform.ts";
import type { Random } from "./random.ts";
import type { MailServer } from "./recorded-mailer.ts";
import { PERFECT_STORAGE, type StorageHabits } from "./storage-habits.ts";
import type { NetworkHabits } from "./webhook-network.ts";

/** What a seed stands for: what is bought, and everything that goes wrong meanwhile. */
export interface Plan {
  engine: "memory" | "stripe";
  storage: StorageHabits;
  storm: FaultRates;
  stormName: string;
  /** The storm begins this long after the start; until then all calls go well. */
  stormFromMs: number;
  network: NetworkHabits;
  host: HostHabits;
  /** How far an instance's clock may be off. */
  skewsMs: readonly number[];
  retryDelaysMs: readonly number[];
  mailServer: MailServer;
  /** The mail server works again this long after the start; undefined: when the storm ends, or never. */
  mailServerBackMs: number | undefined;
  owner: OwnerHabits;
  /** The owner's server and code work again when the storm ends. */
  ownerRecovers: boolean;
  orders: readonly OrderPlan[];
  /** When reconcilers start, in ms after the first click. */
  reconcilersAtMs: readonly number[];
  /** How long the storm goes on when nobody does anything any more. */
  lingerMs: number;
  /** The events that the endpoint listens to; `sparse` is one for each change. Stripe counts the others as delivered. */
  endpoint: "all" | "sparse" | "checkouts";
  /** Stripe never makes events of these kinds: only its lists know. */
  lostEvents: "none" | "refunds" | "checkouts and refunds";
  extras: Extras;
}

export interface OrderPlan {
  kind:
    | "card"
    | "delayed_paid"
    | "delayed_failed"
    | "free"
    | "subscription"
    | "abandoned"
    | "declined_first"
    | "not_ours";
  afterwards: readonly Afterwards[];
  /** The next change comes before everybody was told of the last one. */
  isHasty: boolean;
  /** Absent: one line, bought by its id. */
  lines?: LinePlan;
  /** Absent: none. */
  extras?: OrderExtras;
  polls: number;
  /** Copies of webhooks that Stripe never sent at that moment: old, out of place, of other types. */
  strays: number;
}

export type Afterwards =
  | "refund_part"
  | "refund_all"
  | "refund_fails"
  | "inquiry"
  | "dispute_won"
  | "dispute_lost"
  | "inquiry_closed"
  | "dispute_answered"
  | "dispute_prevented"
  | "dispute_again"
  | "cancel_subscription"
  | "renew_subscription"
  | "pause_subscription"
  | "resume_subscription"
  | "renewal_fails"
  | "renewal_fails_finally"
  | "pay_overdue"
  // All of these are about the payment of the last renewal.
  | "renewal_refunded"
  | "renewal_refunded_in_part"
  | "renewal_refund_fails"
  | "renewal_inquiry"
  | "renewal_disputed"
  | "renewal_dispute_won"
  | "renewal_dispute_lost";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Stripe's: longer and longer waits, three days in all. */
const THREE_DAYS = [5, 30, 120, 300, 600, 720, 720, 720, 720].map((minutes) => minutes * MINUTE_MS);
/** Crowded: moments that are hours apart in life fall together, so that every pair of them is met. */
const EAGER = [500, 8_000, 50_000, 10 * MINUTE_MS, HOUR_MS, 25 * HOUR_MS];
/** Gives up while the storm goes on. */
const IMPATIENT = [1_000, 10_000];

const GENTLE: NetworkHabits = { lost: 0, answerLost: 0, duplicated: 0.1, slow: 0 };
const ROUGH: NetworkHabits = { lost: 0.1, answerLost: 0.1, duplicated: 0.3, slow: 0.1 };
const WILD: NetworkHabits = { lost: 0.05, answerLost: 0.05, duplicated: 0.7, slow: 0.3 };
const PAUSE_AND_RESUME: readonly Afterwards[] = ["pause_subscription", "resume_subscription"];
const DUNNING: readonly (readonly Afterwards[])[] = [
  ["renewal_fails"],
  ["renewal_fails", "pay_overdue"],
  ["renewal_fails", "renewal_fails", "renewal_fails_finally"],
  ["renewal_fails", "pay_overdue", "renewal_fails_finally"],
];
/** What happens to the payments of a subscription, the first one and later ones. */
const LATER_PAYMENTS: readonly (readonly Afterwards[])[] = [
  ["renew_subscription", "renewal_refunded"],
  ["renew_subscription", "renewal_refunded", "renew_subscription", "renewal_refunded", "refund_part"],
  ["renew_subscription", "renewal_refunded_in_part", "renewal_refund_fails", "renewal_refunded"],
  ["renew_subscription", "renewal_inquiry", "renewal_dispute_lost", "renew_subscription", "renewal_refunded"],
  ["renew_subscription", "renewal_disputed", "renew_subscription", "renewal_disputed", "renewal_dispute_won"],
  ["dispute_won", "renew_subscription", "renewal_inquiry", "renew_subscription"],
  ["renew_subscription", "renewal_dispute_lost", "renew_subscription", "renewal_inquiry"],
  [
    "renew_subscription",
    "renewal_refunded",
    "pause_subscription",
    "resume_subscription",
    "renew_subscription",
  ],
];
const TWO_MONTHS_BACK: readonly Afterwards[] = [
  "renew_subscription",
  "renewal_refunded",
  "renew_subscription",
  "renewal_refunded",
];
const ALL_LOST: NetworkHabits = { lost: 1, answerLost: 0, duplicated: 0, slow: 0 };

/** Most plans are drawn at random; some combine things that seldom meet by chance. */
export function drawPlan(random: Random): Plan {
  const theme = random.next();
  const plan = { ...drawAnything(random), ...drawOwner(random) };
  if (theme < 0.12) return swayingPlan(random, plan);
  if (theme < 0.17) return unheardPlan(random, plan);
  if (theme < 0.22) return forgottenPlan(random, plan);
  if (theme < 0.25) return dunningPlan(random, plan);
  if (theme < 0.28) return { ...plan, endpoint: "checkouts" };
  if (theme < 0.33) return hastyPlan(random, plan);
  if (theme < 0.37) return evenlySlowPlan(random, plan);
  if (theme < 0.41) return laterPaymentsPlan(random, plan);
  return theme < 0.43 ? pausedEarlyPlan(random, plan) : plan;
}

/**
 * Facts change and change back while writes are slow: so slow that the host ends the function, Stripe retries, gets a 200, and then the
 * first write arrives after all.
 */
function swayingPlan(random: Random, plan: Plan): Plan {
  const kind = random.pick(["card", "subscription"] as const);
  const afterwards =
    kind === "subscription"
      ? random.pick<readonly Afterwards[]>([PAUSE_AND_RESUME, [...PAUSE_AND_RESUME, ...PAUSE_AND_RESUME]])
      : random.pick<readonly Afterwards[]>([
          ["refund_part", "refund_fails"],
          ["refund_all", "refund_fails"],
          ["refund_all"],
        ]);
  // A page that asks again and again wakes up machines that were frozen with a write under way.
  const order = { ...drawOrder(random), kind, afterwards, polls: random.pick([0, 6]) };
  const storm = storms(random.pick(["viscous", "viscous", "sluggish"]));
  return {
    ...plan,
    ...storm,
    orders: [order],
    endpoint: random.pick(["all", "sparse", "sparse"]),
    mailServer: "works",
    host: { ...plan.host, limitMs: 10_000, zombieChance: 0.2, reuseChance: random.pick([0.7, 0.95]) },
    network: random.pick([GENTLE, plan.network]),
    retryDelaysMs: random.pick([EAGER, IMPATIENT]),
  };
}

/** The owner's side is slow to hear of one change, and the next one comes meanwhile. */
function hastyPlan(random: Random, plan: Plan): Plan {
  const afterwards = random.pick<readonly Afterwards[]>([
    ["refund_part", "refund_part"],
    ["refund_part", "refund_part", "refund_all"],
    ["inquiry", "dispute_lost"],
  ]);
  return {
    ...plan,
    ...storms("sluggish"),
    orders: [{ ...drawOrder(random), kind: "card", afterwards, isHasty: true }],
    owner: { ...plan.owner, webhook: true, chat: true, server: "works" },
    mailServer: "works",
    network: GENTLE,
  };
}

/**
 * Stripe fails at nothing and is slow at everything, for minutes: each run gets only so far, and the next one no further. Above two
 * seconds a call times out, which is a failure like any other.
 */
function evenlySlowPlan(random: Random, plan: Plan): Plan {
  const kind = random.pick(["card", "card", "subscription", "delayed_paid"] as const);
  return {
    ...plan,
    engine: random.pick(["stripe", "stripe", "stripe", "memory"] as const),
    stormName: "even",
    storm: { ...NO_FAULTS, evenMs: random.between(200, 1_900), mailMs: random.between(100, 2_500) },
    orders: [{ ...drawOrder(random), kind, afterwards: [], polls: random.pick([1, 6, 12]) }],
    owner: random.pick([
      plan.owner,
      { ...plan.owner, webhook: false, mail: false, chat: false, code: false },
    ]),
    mailServer: "works",
    skewsMs: [0],
    host: { ...plan.host, limitMs: 60_000 },
    network: GENTLE,
    lingerMs: random.between(MINUTE_MS, 10 * MINUTE_MS),
  };
}

/** Renewals of a subscription fail. */
function dunningPlan(random: Random, plan: Plan): Plan {
  const afterwards = random.pick(DUNNING);
  return { ...plan, orders: [{ ...drawOrder(random), kind: "subscription", afterwards }] };
}

/**
 * Later payments of a subscription are refunded or disputed. In some plans only Stripe's lists tell, and reconciliation knows of one
 * refunded month when another month, of the same amount, is refunded.
 */
function laterPaymentsPlan(random: Random, plan: Plan): Plan {
  const order = {
    ...drawOrder(random),
    kind: "subscription",
    afterwards: random.pick(LATER_PAYMENTS),
  } as const;
  if (random.chance(0.6)) return { ...plan, orders: [order] };
  const afterwards = random.pick([order.afterwards, TWO_MONTHS_BACK, TWO_MONTHS_BACK]);
  return {
    ...plan,
    lostEvents: "refunds",
    orders: [{ ...order, afterwards }],
    reconcilersAtMs: startTimes(random, 4, 240_000),
  };
}

/** A subscription is paused before everything was delivered, and resumes or ends later. */
function pausedEarlyPlan(random: Random, plan: Plan): Plan {
  const afterwards = random.pick<readonly Afterwards[]>([
    ["pause_subscription"],
    PAUSE_AND_RESUME,
    ["pause_subscription", "cancel_subscription"],
    ["renewal_fails_finally", "pay_overdue"],
  ]);
  return { ...plan, orders: [{ ...drawOrder(random), kind: "subscription", afterwards, isHasty: true }] };
}

/** Stripe never makes some events; only its lists know what they would have told. */
function unheardPlan(random: Random, plan: Plan): Plan {
  const lostEvents = random.pick(["refunds", "checkouts and refunds"] as const);
  return { ...plan, lostEvents, retryDelaysMs: IMPATIENT };
}

/**
 * No webhook ever arrives, and reconciliation, which has to find everything, cannot read, or cannot write what it found. Only Stripe's
 * events tell of a subscription; and each look at them overlaps the last one by a quarter of an hour, so only older failures can be
 * forgotten.
 */
function forgottenPlan(random: Random, plan: Plan): Plan {
  const afterwards = random.pick([["pause_subscription"], ["cancel_subscription"]] as const);
  return {
    ...plan,
    ...random.pick([{ ...storms("throttled"), stormFromMs: 10 * MINUTE_MS }, storms("deaf")]),
    engine: "memory",
    network: ALL_LOST,
    orders: [{ kind: "subscription", afterwards, isHasty: false, polls: 6, strays: 0 }],
    retryDelaysMs: [500],
    mailServer: "works",
    lingerMs: HOUR_MS,
    reconcilersAtMs: [
      ...random.pick([[], [40_000]]),
      random.between(20 * MINUTE_MS, 40 * MINUTE_MS),
      ...random.pick([[], [50 * MINUTE_MS]]),
    ],
  };
}

function drawAnything(random: Random): Omit<Plan, "owner" | "ownerRecovers"> {
  const mailServer = drawMailServer(random);
  const orders = Array.from({ length: random.chance(0.04) ? 2 : 1 }, () => drawOrder(random));
  return {
    engine: random.chance(0.8) ? "memory" : "stripe",
    storage: PERFECT_STORAGE,
    ...storms(
      random.pick(["calm", "drizzle", "drizzle", "flaky", "crashing", "crashing", "sluggish", "hurricane"]),
    ),
    stormFromMs: 0,
    network: random.chance(0.03) ? ALL_LOST : random.pick([GENTLE, GENTLE, ROUGH, WILD]),
    host: {
      limitMs: random.pick([10_000, 15_000, 60_000]),
      zombieChance: 0.4,
      reuseChance: random.pick([0.2, 0.7, 0.95]),
      isConcurrent: random.chance(0.3),
    },
    skewsMs: random.chance(0.4) ? [0, 0, 2_000, -2_000, 4, 4, -4, 10, -10].map(asSkew) : [0],
    retryDelaysMs: random.pick([THREE_DAYS, EAGER, EAGER, EAGER, IMPATIENT]),
    mailServer,
    mailServerBackMs:
      mailServer === "down" && random.chance(0.5) ? random.between(1_000, 10 * MINUTE_MS) : undefined,
    orders,
    reconcilersAtMs: startTimes(random, random.pick([0, 0, 0, 0, 1, 2]), 150_000),
    lingerMs: random.pick([0, 5_000, 60_000, 10 * MINUTE_MS]),
    endpoint: "all",
    lostEvents: "none",
    extras: NO_EXTRAS,
  };
}

function storms(stormName: string): Pick<Plan, "stormName" | "storm"> {
  const storm = STORMS[stormName];
  if (storm === undefined) throw new Error(`There is no storm ${stormName}.`);
  return { stormName, storm };
}

function startTimes(random: Random, count: number, withinMs: number): readonly number[] {
  return Array.from({ length: count }, () => random.between(0, withinMs));
}

/** Numbers up to 10 are minutes, larger ones milliseconds. */
function asSkew(value: number): number {
  return Math.abs(value) <= 10 ? value * MINUTE_MS : value;
}

function drawOwner(random: Random): Pick<Plan, "owner" | "ownerRecovers"> {
  const roll = random.next();
  const isDown = roll < 0.12;
  const owner: OwnerHabits = {
    webhook: random.chance(0.4),
    mail: random.chance(0.3),
    chat: random.chance(0.2),
    code: random.chance(0.4),
    server: isDown ? "down" : "works",
    codeWorks: !random.chance(0.08),
  };
  if (roll > 0.97) owner.server = "gone";
  return { owner, ownerRecovers: random.chance(0.6) };
}

function drawMailServer(random: Random): MailServer {
  const roll = random.next();
  if (roll < 0.08) return "down";
  if (roll < 0.1) return "refuses";
  return roll < 0.13 ? "blocks" : "works";
}

function drawOrder(random: Random): OrderPlan {
  const kind = random.pick<OrderPlan["kind"]>([
    ...Array.from({ length: 8 }, () => "card" as const),
    "delayed_paid",
    "delayed_paid",
    "delayed_failed",
    "free",
    "subscription",
    "abandoned",
    "declined_first",
    "not_ours",
  ]);
  return {
    kind,
    afterwards: random.chance(0.65) ? [] : drawAfterwards(random, kind),
    isHasty: false,
    polls: random.pick([0, 0, 0, 0, 0, 1, 1, 4]),
    strays: random.pick([0, 0, 0, 1]),
  };
}

function drawAfterwards(random: Random, kind: OrderPlan["kind"]): readonly Afterwards[] {
  if (kind === "subscription") {
    return random.pick<readonly Afterwards[]>([
      ["cancel_subscription"],
      ["renew_subscription", "cancel_subscription"],
      ["renew_subscription", "renewal_refunded"],
      ["renew_subscription", "renewal_inquiry", "renewal_dispute_lost"],
      ["pause_subscription"],
      PAUSE_AND_RESUME,
      ["refund_all"],
    ]);
  }
  if (kind !== "card" && kind !== "delayed_paid" && kind !== "declined_first") return [];
  return random.pick<readonly Afterwards[]>([
    ["refund_all"],
    ["refund_part"],
    ["refund_part", "refund_part"],
    ["refund_part", "refund_all"],
    ["refund_part", "refund_fails"],
    ["refund_all", "refund_fails"],
    ["inquiry"],
    ["inquiry", "dispute_lost"],
    ["dispute_won"],
    ["dispute_lost"],
  ]);
}
