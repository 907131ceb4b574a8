import { describeError, type Log } from "../log/log.ts";
import type { Bookkeeping } from "./bookkeeping.ts";
import { changeNote } from "./change-note.ts";
import { classifyStripeError } from "../stripe/errors.ts";

/** The note's name, in both places. */
export const TABLE_MARK = "table_mark";

/** How long an instance trusts that the table is the live one. */
const BELIEVE_MS = 10 * 60_000;

/** The time about which a table knows nothing. */
interface Gap {
  /** How far the table's memory goes, in ms since 1970; 0 for a table without any. */
  fromMs: number;
  /** How far it was known to go. */
  untilMs: number;
}

export interface TableGuard {
  /** Undefined for the table that was written last. Any other is an older copy, or another table. */
  gap(): Promise<Gap | undefined>;
  /** Notes in both places that the table is the live one as of now. Does nothing while there is a gap. */
  mark(): Promise<void>;
  /** The same despite a gap: the owner has dealt with it. */
  accept(): Promise<void>;
}

export interface TableGuardDependencies {
  /** In the table, and in Stripe. */
  own: Bookkeeping;
  inStripe: Bookkeeping;
  now: () => number;
  log: Log;
}

/**
 * Tells a table that was restored from a backup, or replaced by an empty one, from the live one. Each finished run of reconciliation
 * leaves the same mark in the table and in the shop's notes in Stripe, the table first. A table whose mark is older has lost what it
 * was told since.
 *
 *     run    table ← 10:00, Stripe ← 10:00 … table ← 11:00, Stripe ← 11:00
 *     owner                                                                 restores the backup of 10:30
 *     guard                                                                 table 10:00 < Stripe 11:00: a gap
 *
 * Changes after the last run go unnoticed. If the key may not read products, there is no mark, and no guard.
 */
export function createTableGuard({ own, inStripe, now, log }: TableGuardDependencies): TableGuard {
  let fineUntilMs = 0;

  async function gap(): Promise<Gap | undefined> {
    if (now() < fineUntilMs) return undefined;
    const [mine, known] = await Promise.all([own.read(TABLE_MARK), readOutside()]);
    const [fromMs, untilMs] = [Number(mine?.text ?? 0), Number(known?.text ?? 0)];
    if (fromMs >= untilMs) {
      fineUntilMs = now() + BELIEVE_MS;
      return undefined;
    }
    log.error("table_restored", {
      problem: `The table knows nothing of what happened after ${new Date(fromMs).toISOString()}.`,
      fix: "Nothing is delivered for older orders until you have run npm run adopt (docs/orders.md).",
    });
    return { fromMs, untilMs };
  }

  async function readOutside(): Promise<{ text: string; version: number } | undefined> {
    try {
      return await inStripe.read(TABLE_MARK);
    } catch (error) {
      if (classifyStripeError(error) !== "key_refused") throw error;
      return undefined;
    }
  }

  /** Never back: if two runs end at once, the later mark stays. */
  async function moveTo(bookkeeping: Bookkeeping, atMs: number): Promise<void> {
    await changeNote(bookkeeping, TABLE_MARK, (text) =>
      text !== undefined && Number(text) >= atMs ? undefined : String(atMs),
    );
  }

  async function accept(): Promise<void> {
    const known = Number((await readOutside())?.text ?? 0);
    // A slow clock must not leave the table's mark behind, too.
    const atMs = Math.max(now(), known);
    await moveTo(own, atMs);
    await moveTo(inStripe, atMs).catch((error: unknown) => {
      if (classifyStripeError(error) !== "key_refused") throw error;
      log.warn("table_not_guarded", { error: describeError(error) });
    });
  }

  return {
    gap,
    accept,
    async mark() {
      if ((await gap()) === undefined) await accept();
    },
  };
}
