import { runSchedules, type Run } from "./run-schedules.ts";
import type { ScheduleResult } from "./schedule.ts";

export function describeRun({ schedules, tally }: Run, elapsedMs: number): string {
  const perSecond = Math.round((schedules / elapsedMs) * 1_000);
  return [
    `${schedules} schedules in ${(elapsedMs / 1_000).toFixed(1)} s, ${perSecond} a second; ${tally.happened} things happened.`,
    `${tally.sessions} sessions, ${tally.paid} paid, ${tally.fulfilled} fulfilled, ${tally.flagged} flagged for the owner, ${tally.refunded} refunded.`,
    `${tally.processes} processes, ${tally.deaths} died; ${tally.faults} calls failed.`,
    `${tally.mails} mails, ${tally.mailsTwice} of them again for the same order; ${tally.mailsAgain} more because somebody asked.`,
    `${tally.disputed} disputed, ${tally.disputedTwice} more than once; ${tally.severalLines} of several lines; ${tally.forms} opened by a form.`,
    `Subscriptions: ${tally.debitSubscriptions} by bank debit, ${tally.debitsFailed} of them failed; ${tally.renewalRefunds} renewals refunded; ${tally.paused} paused in the end.`,
    `${tally.commands} commands of the owner; ${tally.mailsAtMostOnce} mails at most once; ${tally.thinEvents} thin events; ${tally.foreignWrites} sessions written by another program.`,
    `Secrets exchanged: ${tally.bothSign} fulfilled while both sign, ${tally.bothKnown} while both are known.`,
  ].join("\n");
}

/** Runs the seed once more, this time writing everything down. */
export async function describeFailure(
  { seed, violations }: ScheduleResult,
  { beside, revision }: { beside?: string | undefined; revision?: string | undefined } = {},
): Promise<string> {
  const { last } = await runSchedules({ seed, schedules: 1, beside, keepTimeline: true });
  const broken = violations.map(({ invariant, what }) => `✗ ${invariant}\n  ${what}`);
  return [
    ...(last?.timeline ?? []),
    "",
    `Seed ${seed} fails:`,
    ...broken,
    `Again: npm run test:simulation -- --replay ${seed}${revision === undefined ? "" : ` --beside ${revision}`}`,
  ].join("\n");
}
