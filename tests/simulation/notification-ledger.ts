import type { ControlRecord } from "../../core/orders/order.ts";
import type { CheckWrite } from "./order-book.ts";
import { OWNER } from "./owner-command.ts";
import type { ShopProcess } from "./shop-process.ts";
import type { Violations } from "./violations.ts";

/** Counts how often each message to the owner's side was begun, over every record that ever stood in the store. */
export interface NotificationLedger {
  check: CheckWrite;
  /** Without a key: for all events together. */
  attempts(orderId: string, channel: string, key: string | undefined): number;
}

type Notification = NonNullable<ControlRecord["news"]>[keyof NonNullable<ControlRecord["news"]>];
type Progress = NonNullable<NonNullable<Notification>["deliveries"]["mail"]>;

const SUBJECTS = ["order", "attention", "refund", "dispute", "subscription", "access"] as const;
export type Subject = (typeof SUBJECTS)[number];

const RANKS = { todo: 0, started: 1, done: 2, skipped: 2, gave_up: 2 };
const ENDED = ["canceled", "unpaid", "incomplete_expired"];
const UNPAID = { order: "", attention: "", refund: "0", dispute: "", subscription: "", access: "valid" };
const DISPUTES = ["lost", "open", "inquiry", "won"];
const PAID = ["paid", "needs_attention", "fulfilled"];

/** Checks N1 and N3 at every write: each change is told once, and only changes are told. */
export function createNotificationLedger(
  violations: Violations,
  isHeard: (subject: Subject) => boolean,
): NotificationLedger {
  const begun = new Map<string, Map<string, number>>();
  /** The run that last began each message through each channel. */
  const begunBy = new Map<string, string | undefined>();

  return {
    check({ orderId, before: stored, after: { control: after, version }, writer }) {
      const before = stored?.control;
      const complain = (invariant: Parameters<Violations["report"]>[0], what: string): void =>
        violations.report(invariant, `${orderId} v${version}, written by ${writer.name}: ${what}`);

      for (const subject of SUBJECTS) {
        const was = before?.news?.[subject];
        const is = after.news?.[subject];
        const isOwn = (channel: string): boolean =>
          begunBy.get(nameOf(orderId, was, channel)) === before?.lease?.owner;
        const rise = (is?.count ?? 0) - (was?.count ?? 0);
        const isNew = changes(subject, before, after);
        if (isNew && rise !== 1 && (isHeard(subject) || rise !== 0))
          complain("N1 what happens is told", `${subject} changes, and its notification is not of it`);
        if (!isNew && rise !== 0)
          complain("N3 one event has one key", `${subject} has a notification, and nothing happened`);
        if (rise === 0) compareDeliveries(subject, was, is, { before, writer, isOwn }, complain);
        remember(orderId, is, after.lease?.owner);
      }
    },

    attempts(orderId, channel, key) {
      const counts = [...(begun.get(orderId) ?? [])].filter(([name]) =>
        key === undefined ? name.endsWith(` ${channel}`) : name === `${key} ${channel}`,
      );
      return counts.reduce((sum, [, attempts]) => sum + attempts, 0);
    },
  };

  function remember(orderId: string, notification: Notification, run: string | undefined): void {
    for (const [channel, { attempts }] of Object.entries(notification?.deliveries ?? {})) {
      const counts = begun.get(orderId) ?? new Map<string, number>();
      const name = nameOf(orderId, notification, channel);
      if (attempts > (counts.get(name) ?? 0)) begunBy.set(name, run);
      counts.set(name, attempts);
      begun.set(orderId, counts);
    }
  }
}

function nameOf(orderId: string, notification: Notification, channel: string): string {
  return `${notification?.kind}/${orderId}/${notification?.count} ${channel}`;
}

function compareDeliveries(
  subject: string,
  was: Notification,
  is: Notification,
  {
    before,
    writer,
    isOwn,
  }: {
    before: ControlRecord | undefined;
    writer: ShopProcess;
    /** The run that holds the lease is the one that began the message. */
    isOwn: (channel: string) => boolean;
  },
  complain: (invariant: Parameters<Violations["report"]>[0], what: string) => void,
): void {
  if (JSON.stringify(was) === JSON.stringify(is)) return;
  if (!before?.lease?.owner.startsWith(`${writer.name}-`))
    complain("I10 only the lease holder acts", `the notification of ${subject} moves`);
  for (const [channel, delivery] of Object.entries(was?.deliveries ?? {})) {
    const now = is?.deliveries[channel as keyof typeof is.deliveries];
    if (now !== undefined && isOwn(channel) && isTakenBack(delivery, now)) continue;
    if (now !== undefined && isTriedByOwner(delivery, now, writer, isOwn(channel))) continue;
    if (now === undefined || RANKS[now.state] < RANKS[delivery.state] || now.attempts < delivery.attempts)
      complain(
        "I5 steps, fence and rank never go back",
        `the notification of ${subject} (${channel}) goes back`,
      );
    else if (now.attempts > delivery.attempts + 1)
      complain(
        "I5 steps, fence and rank never go back",
        `the notification of ${subject} counts an attempt twice`,
      );
  }
}

/** The owner may try again what was given up. If there is no time for it, it stays given up. */
function isTriedByOwner(was: Progress, is: Progress, { name }: ShopProcess, isOwn: boolean): boolean {
  if (!name.startsWith(OWNER)) return false;
  const isBegun = was.state === "gave_up" && is.state === "started" && is.attempts === was.attempts + 1;
  const isLeft = was.state === "started" && is.state === "gave_up" && is.attempts === was.attempts - 1;
  return isBegun || (isLeft && isOwn);
}

/** The message was begun, and then the attempt was never made. N2 counts whether it really was not made. */
function isTakenBack(was: Progress, is: Progress): boolean {
  return was.state === "started" && was.attempts === is.attempts + 1 && RANKS[is.state] <= RANKS.started;
}

function changes(subject: Subject, before: ControlRecord | undefined, after: ControlRecord): boolean {
  const was = factOf(subject, before);
  const is = factOf(subject, after);
  if (was === is) return false;
  // A subscription that is active again is reported; a renewal that was paid in the end is not.
  if (subject === "subscription") return is !== "" || was === "ended" || was === "paused";
  // With several disputes, a state is reported when its count grows, and not when a dispute leaves it.
  if (subject === "dispute") return DISPUTES.some((state) => countIn(is, state) > countIn(was, state));
  return is !== "";
}

function countIn(fact: string, state: string): number {
  return fact.split(" ").filter((word) => word === state).length;
}

/** What there is to tell about a subject, in the simulation's own words; empty when there is nothing. */
function factOf(subject: Subject, control: ControlRecord | undefined): string {
  if (control?.state === "payment_failed" && subject === "order") return "failed";
  if (control === undefined || !PAID.includes(control.state)) return UNPAID[subject];
  const { refundedMinor, fullyRefunded, dispute, disputes, subscription, renewal } = control.mirror;
  const hasEnded = subscription !== undefined && ENDED.includes(subscription);
  switch (subject) {
    case "order":
      return "paid";
    case "attention":
      return control.state === "needs_attention" ? "flagged" : "";
    case "refund":
      return String(refundedMinor);
    case "dispute":
      return disputes === undefined
        ? (dispute ?? "")
        : Object.entries(disputes)
            .flatMap(([state, count]) => Array.from({ length: count }, () => state))
            .join(" ");
    case "subscription":
      if (subscription === "paused") return "paused";
      return hasEnded ? "ended" : (renewal ?? "");
    case "access": {
      const isVoid = dispute === "lost" || (subscription === undefined ? fullyRefunded : hasEnded);
      return isVoid ? "void" : "valid";
    }
  }
}
