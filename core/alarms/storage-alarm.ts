import { describeError } from "../log/log.ts";
import { notifyOwner, type NotifyOwnerDependencies } from "./notify-owner.ts";
import type { OrderId } from "../orders/order.ts";
import { withTimeout } from "../retry/with-timeout.ts";
import type { Bookkeeping } from "../stores/bookkeeping.ts";
import { changeNote } from "../stores/change-note.ts";
import type { ReportTrouble, StorageTrouble } from "../stores/storage-trouble.ts";
import { formatTroubles, parseTroubles, type NotedTrouble } from "./storage-trouble-note.ts";

const NOTE = "storage_broken";

/** For each of two or three calls, while a webhook or a page waits. */
const NOTE_WITHIN_MS = 2_500;
const SAY_WITHIN_MS = 2_500;

/** The same trouble with the same order is noted, and told, no more often than this. */
const SILENT_MS = 10 * 60_000;
const SAY_EVERY_MS = 3_600_000;

/** Longer than any write is under way. What is stuck for less may come free by itself. */
const STUCK_MS = 5 * 60_000;

/** Trouble that harms no order is remembered for a day, so that someone sees it. */
const REMEMBER_MS = 24 * 3_600_000;
const HARMLESS: ReadonlySet<StorageTrouble> = new Set<StorageTrouble>(["overwritten", "not_compared"]);

export interface StorageAlarm {
  report: ReportTrouble;
  /** The version of an order that Stripe has refused to write; undefined if it has refused none. */
  refusedVersion(orderId: OrderId): Promise<number | undefined>;
  /** Orders that could not be read or written when they were last tried. */
  orders(): Promise<readonly OrderId[]>;
  /** These orders are as they should be again. Rejects when the notes cannot be written. */
  forget(orderIds: readonly OrderId[]): Promise<void>;
  /** True while an order is in trouble, or was a day ago. `versionOf` is asked only about orders that may be stuck. */
  isRinging(versionOf: (orderId: OrderId) => Promise<number | undefined>): Promise<boolean>;
}

export interface StorageAlarmDependencies extends NotifyOwnerDependencies {
  bookkeeping: Bookkeeping;
}

/**
 * Tells the owner at once what would otherwise show only after three days, when Stripe gives up: in the log, in the shop's notes
 * (which health reads), and by mail or chat. If even the notes cannot be written, this instance remembers it for its own health.
 */
export function createStorageAlarm(dependencies: StorageAlarmDependencies): StorageAlarm {
  const { bookkeeping, now, schedule, log } = dependencies;
  const reported = new Map<string, number>();
  let notNotedMs: number | undefined;

  return {
    async report(orderId, trouble, version) {
      const subject = [trouble, version, orderId].join(" ");
      if (now() - (reported.get(subject) ?? -Infinity) < SILENT_MS) return true;
      log.error("storage_broken", { orderId, reason: trouble, fix: WHAT_TO_DO[trouble] });
      try {
        const isToldNow = await withTimeout(NOTE_WITHIN_MS, schedule, () =>
          add({ orderId, trouble, version, sinceMs: now() }, bookkeeping, now()),
        );
        reported.set(subject, now());
        notNotedMs = undefined;
        if (isToldNow) await tellOwner(trouble, dependencies);
        return true;
      } catch (error) {
        notNotedMs = now();
        log.error("storage_broken_not_noted", { orderId, error: describeError(error) });
        return false;
      }
    },

    async refusedVersion(orderId) {
      const troubles = parseTroubles((await bookkeeping.read(NOTE))?.text);
      return troubles.find((one) => one.orderId === orderId && one.trouble === "write_refused")?.version;
    },

    async orders() {
      const troubles = parseTroubles((await bookkeeping.read(NOTE))?.text);
      return troubles.filter(({ trouble }) => !HARMLESS.has(trouble)).map(({ orderId }) => orderId);
    },

    async forget(orderIds) {
      for (const orderId of orderIds) {
        for (const subject of reported.keys()) if (subject.endsWith(` ${orderId}`)) reported.delete(subject);
      }
      const isOver = ({ orderId, trouble, sinceMs }: NotedTrouble): boolean =>
        HARMLESS.has(trouble) ? now() - sinceMs > REMEMBER_MS : orderIds.includes(orderId);
      await change(bookkeeping, (noted) => noted.filter((trouble) => !isOver(trouble)));
    },

    async isRinging(versionOf) {
      if (notNotedMs !== undefined && now() - notNotedMs < SAY_EVERY_MS) return true;
      const troubles = parseTroubles((await bookkeeping.read(NOTE))?.text);
      for (const noted of troubles) if (await isStill(noted, versionOf, now())) return true;
      return false;
    },
  };
}

/** Resolves to true when the owner is to be told now; from then on the note says that they were. */
async function add(
  trouble: Omit<NotedTrouble, "isTold">,
  bookkeeping: Bookkeeping,
  nowMs: number,
): Promise<boolean> {
  let isToldNow = false;
  await change(bookkeeping, (noted) => {
    const same = noted.find((one) => one.orderId === trouble.orderId && one.trouble === trouble.trouble);
    const others = noted.filter((one) => one !== same);
    // What counts is how long it has been stuck at this version, not when it was last tried.
    const isSameVersion = trouble.version !== undefined && same?.version === trouble.version;
    const latest = {
      ...trouble,
      // A refusal to write beside the record says nothing about which version is spent.
      version: trouble.version ?? same?.version,
      ...(isSameVersion && { sinceMs: same?.sinceMs ?? trouble.sinceMs }),
    };
    isToldNow = mustTellOwner(latest, noted, nowMs);
    return [{ ...latest, isTold: isToldNow || same?.isTold === true }, ...others];
  });
  return isToldNow;
}

async function change(
  bookkeeping: Bookkeeping,
  next: (noted: readonly NotedTrouble[]) => readonly NotedTrouble[],
): Promise<void> {
  const isWritten = await changeNote(bookkeeping, NOTE, (text) => formatTroubles(next(parseTroubles(text))));
  if (!isWritten) throw new Error("The note about trouble with the storage could not be written.");
}

/** Once for all orders with the same trouble. A write that is merely under way may look stuck, too. */
function mustTellOwner(
  { trouble, orderId, sinceMs }: Omit<NotedTrouble, "isTold">,
  noted: readonly NotedTrouble[],
  nowMs: number,
): boolean {
  const told = noted.filter((one) => one.trouble === trouble && one.isTold);
  if (trouble !== "stuck") return told.every((one) => nowMs - one.sinceMs > SAY_EVERY_MS);
  return nowMs - sinceMs > STUCK_MS && told.every((one) => one.orderId !== orderId);
}

async function tellOwner(trouble: StorageTrouble, dependencies: StorageAlarmDependencies): Promise<void> {
  const notice = {
    subject: "Your shop cannot keep its records in Stripe as it should",
    text: `${WHAT_TO_DO[trouble]}\n\nThe function's log names the orders, and so does npm run reconcile.\n`,
  };
  const name = `storage_broken/${trouble}`;
  const failure = { event: "alarm_failed" };
  await notifyOwner({ name, notice, withinMs: SAY_WITHIN_MS, failure }, dependencies);
}

async function isStill(
  { orderId, trouble, version, sinceMs }: NotedTrouble,
  versionOf: (orderId: OrderId) => Promise<number | undefined>,
  nowMs: number,
): Promise<boolean> {
  if (HARMLESS.has(trouble)) return nowMs - sinceMs < REMEMBER_MS;
  if (trouble !== "stuck") return true;
  if (nowMs - sinceMs < STUCK_MS) return false;
  return (await versionOf(orderId)) === version;
}

const WHAT_TO_DO: Readonly<Record<StorageTrouble, string>> = {
  write_refused:
    "Stripe refuses to write an order's record into the metadata of its Checkout Session. Give the key the permission Checkout Sessions: Write. If all 50 metadata keys of the session are taken, remove some that another program has put there. Stripe sends the order again by itself.",
  read_refused:
    "Stripe refuses to show an order's Checkout Session. Give the key the permission Checkout Sessions: Read, or replace the key. Stripe sends the order again by itself.",
  unreadable:
    "Another program has overwritten an order's record in the metadata of its Checkout Session (static_checkout_order). Nothing more is delivered for this order. See docs/trouble.md, storage_broken.",
  stuck:
    "An order's record in the metadata of its Checkout Session cannot be written, perhaps because another program has replaced it with an older one. Nothing is delivered for this order now. See docs/trouble.md, storage_broken.",
  overwritten:
    "Another program writes old values into the metadata of your Checkout Sessions. The shop went on with its own copy, and nothing is lost. Change that program so that it only writes its own keys.",
  not_compared:
    "Stripe gave the same answer to two different writes under one idempotency key. The shop noticed, and nothing is lost. Tell Stripe's support, and keep orders in a table until it is fixed (docs/orders.md).",
  not_kept:
    "Stripe accepted an order's record and did not keep it. Nothing is delivered for this order now. Look at the session's metadata in the Stripe dashboard, and see docs/trouble.md, storage_broken.",
};
