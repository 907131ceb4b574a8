import { describeError } from "../log/log.ts";
import type { BlockedSteps } from "../orders/blocked-steps.ts";
import type { Bookkeeping } from "../stores/bookkeeping.ts";
import { notifyOwner, type NotifyOwnerDependencies } from "./notify-owner.ts";

const HOUR_MS = 3_600_000;

/** Waiting orders are tried at least once a day and renew the note. A note that is older describes a problem that is fixed. */
const FORGET_AFTER_MS = 26 * HOUR_MS;

/** For a message to the owner, while a webhook waits. */
const SAY_WITHIN_MS = 3_000;

export interface BlockedStepsDependencies extends NotifyOwnerDependencies {
  bookkeeping: Bookkeeping;
}

export function createBlockedSteps(dependencies: BlockedStepsDependencies): BlockedSteps {
  const { bookkeeping, now, log } = dependencies;
  /** When this instance last took care of the note of a step. */
  const noted = new Map<string, number>();

  return {
    async report(step, reason) {
      if (now() - (noted.get(step) ?? -Infinity) < HOUR_MS) return;
      try {
        if (await isNew(step, reason)) await tellOwner(step, reason);
        noted.set(step, now());
      } catch (error) {
        log.warn("block_not_noted", { step, error: describeError(error) });
      }
    },

    async stands(step) {
      return whyBlocked(bookkeeping, step, now()).then(
        (reason) => reason !== undefined,
        () => false,
      );
    },

    async clear(step, hadToWait) {
      if (!hadToWait && !noted.has(step)) return;
      try {
        const note = await bookkeeping.read(nameOf(step));
        if (note !== undefined && note.text !== "") await bookkeeping.write(nameOf(step), note.version, "");
        noted.delete(step);
      } catch (error) {
        log.warn("block_not_cleared", { step, error: describeError(error) });
      }
    },
  };

  /** True for the instance that begins the note. A standing note is renewed now and then. */
  async function isNew(step: string, reason: string): Promise<boolean> {
    const note = await bookkeeping.read(nameOf(step));
    const stands = note !== undefined && isFresh(note.text, now());
    if (stands && now() - lastMsOf(note.text) < HOUR_MS) return false;
    const written = await bookkeeping.write(
      nameOf(step),
      note?.version ?? 0,
      `${now()} ${reason}`.slice(0, 300),
    );
    return written === "written" && !stands;
  }

  async function tellOwner(step: string, reason: string): Promise<void> {
    const problem = `${reason} All orders are waiting. Fix it and deploy; the next scheduled run completes them, or run npm run reconcile to complete them now.`;
    log.error("step_blocked", { step, problem });
    const notice = { subject: `Orders wait: the step "${step}" is blocked`, text: `${problem}\n` };
    // This often fails: the owner's mail usually goes through the server that refuses the buyers' mails.
    const failure = { event: "block_not_told", fields: { step } };
    await notifyOwner({ name: `blocked/${step}`, notice, withinMs: SAY_WITHIN_MS, failure }, dependencies);
  }
}

/** Why a step is blocked; undefined when it is not. */
export async function whyBlocked(
  bookkeeping: Bookkeeping,
  step: string,
  nowMs: number,
): Promise<string | undefined> {
  const note = await bookkeeping.read(nameOf(step));
  if (note === undefined || !isFresh(note.text, nowMs)) return undefined;
  return note.text.slice(note.text.indexOf(" ") + 1);
}

function nameOf(step: string): string {
  return `blocked_${step}`;
}

function isFresh(text: string, nowMs: number): boolean {
  return text !== "" && nowMs - lastMsOf(text) < FORGET_AFTER_MS;
}

/** `<last seen> <reason>`, or nothing. */
function lastMsOf(text: string): number {
  return Number(text.split(" ")[0]);
}
