import * as z from "zod/mini";

import { deliversSomething } from "../delivery/delivers-something.ts";
import { sellsLicenses } from "../delivery/licenses/licenses-of.ts";
import { jsonResponse } from "../http/responses.ts";
import type { OpenRoute, Route } from "../http/route.ts";
import { isCardTestingSuspected } from "../alarms/card-testing-alarm.ts";
import { describeError, type Log } from "../log/log.ts";
import type { Mailer } from "../mail/mailer.ts";
import { whyBlocked } from "../alarms/blocked-steps.ts";
import { wasGivenUp } from "../notifications/given-up.ts";
import { FIRST_SEEN, troubleWithRuns } from "../reconciliation/heartbeat.ts";
import { hasMovedAway } from "../reconciliation/moved-away.ts";
import { readOnce } from "../reconciliation/read-once.ts";
import { readProgress } from "../reconciliation/watermark.ts";
import type { Services } from "../services.ts";
import type { Site } from "../shop-definition/site.ts";

/** Anyone may ask, and each probe costs calls to Stripe. Problems are remembered for less time, so that a fix shows soon. */
const REMEMBER_WELL_MS = 60_000;
const REMEMBER_PROBLEMS_MS = 10_000;

export interface HealthDependencies {
  loadServices: () => Promise<Services>;
  licenseSigner: { canIssue: boolean };
  site: Site;
  config: {
    stripe: { livemode: boolean };
    ownerEmail: string | undefined;
    /** The host starts reconciliation by itself, or should. */
    isScheduled: boolean;
    /** The host's scheduler cannot start reconciliation. */
    lacksCronSecret: boolean;
  };
  now: () => number;
  log: Log;
}

const healthSchema = z.object({
  ok: z.boolean(),
  mode: z.nullable(z.enum(["live", "test"])).check(z.describe("`null` while the environment is wrong.")),
  engine: z.nullable(z.string()).check(z.describe("Where orders are kept.")),
  lastWebhook: z.nullable(z.iso.datetime()).check(z.describe("`null`: there was none yet.")),
  lastReconcile: z.nullable(z.iso.datetime()).check(z.describe("`null`: none has finished yet.")),
  problems: z.array(z.string()).check(z.describe("What the owner must fix, as stable words.")),
  advice: z
    .array(z.string())
    .check(z.describe("What the owner may want to know, as stable words; all is well nevertheless.")),
});

type Health = z.infer<typeof healthSchema>;

/**
 * `GET /api/health`: 200 when all is well, 503 when there is something that an owner must fix. It tells no secrets. Anyone may ask,
 * so requests that come at the same time share one probe, and its result is remembered for a while.
 */
export const health: Route<HealthDependencies> = {
  name: "health",
  path: "/api/health",
  method: "GET",
  summary: "Whether the shop is well",
  details: "Anyone may ask.",
  answers: {
    200: { description: "All is well.", schema: healthSchema },
    503: { description: "The owner must fix something.", schema: healthSchema },
  },
  errors: {},
  open,
  closed: () => jsonResponse(503, CLOSED),
};

/** The log says which variable is wrong: only the owner needs to know. */
const CLOSED: Health = {
  ok: false,
  mode: null,
  engine: null,
  lastWebhook: null,
  lastReconcile: null,
  problems: ["configuration_wrong"],
  advice: [],
};

function open(dependencies: HealthDependencies): OpenRoute {
  const { now } = dependencies;
  let last: { health: Promise<Health>; startedMs: number; untilMs: number } | undefined;

  return {
    async handle() {
      if (last === undefined || last.untilMs <= now()) {
        last = { health: examine(dependencies), startedMs: now(), untilMs: now() + REMEMBER_PROBLEMS_MS };
      }
      const probe = last;
      const found = await probe.health;
      if (found.ok) probe.untilMs = Math.max(probe.untilMs, probe.startedMs + REMEMBER_WELL_MS);
      return jsonResponse(found.ok ? 200 : 503, found);
    },
  };
}

async function examine(dependencies: HealthDependencies): Promise<Health> {
  const { loadServices, site, config, now, log } = dependencies;
  const mode = config.stripe.livemode ? "live" : "test";
  try {
    const services = await loadServices();
    const { storage, mailer } = services;
    const signs = await readSigns(services, config.isScheduled, now);
    const problems = problemsOf(signs, mailer, dependencies);
    return {
      ok: problems.length === 0,
      mode,
      engine: storage.name,
      lastWebhook: toIso(signs.lastDeliveryMs),
      lastReconcile: toIso(signs.progress?.finishedMs),
      problems,
      advice: deliversSomething(site.shop) && mailer === undefined ? ["delivers_without_mail"] : [],
    };
  } catch (error) {
    log.error("engine_unreachable", { error: describeError(error) });
    return {
      ok: false,
      mode,
      engine: null,
      lastWebhook: null,
      lastReconcile: null,
      problems: ["engine_unreachable"],
      advice: [],
    };
  }
}

/** What the shop's notes and its storage say, read at once. */
async function readSigns({ storage, storageAlarm }: Services, isScheduled: boolean, now: () => number) {
  const bookkeeping = readOnce(storage.bookkeeping);
  const [progress, lastDeliveryMs, hasGivenUp, isCardTesting, whyMailWaits, isStorageBroken, gap, isMoved] =
    await Promise.all([
      readProgress(bookkeeping, now()),
      storage.events.lastDeliveryMs(),
      wasGivenUp(bookkeeping, now()),
      isCardTestingSuspected(bookkeeping, now()),
      whyBlocked(bookkeeping, "mail", now()),
      storageAlarm.isRinging(async (orderId) => (await storage.orders.readControl(orderId))?.version),
      storage.guard?.gap(),
      hasMovedAway(storage),
      // Read with the others: if they are in one object, it is fetched once.
      bookkeeping.read(FIRST_SEEN),
    ]);
  const runs = await troubleWithRuns({ progress, isScheduled, bookkeeping, nowMs: now() });
  return {
    progress,
    runs,
    lastDeliveryMs,
    hasGivenUp,
    isCardTesting,
    whyMailWaits,
    isStorageBroken,
    gap,
    isMoved,
  };
}

/** What the owner must fix. */
function problemsOf(
  signs: Awaited<ReturnType<typeof readSigns>>,
  mailer: Mailer | undefined,
  { licenseSigner, site, config }: HealthDependencies,
): string[] {
  const { progress, runs, hasGivenUp, isCardTesting, whyMailWaits, isStorageBroken, gap, isMoved } = signs;
  const problems: string[] = [];
  if (sellsLicenses(site) && !licenseSigner.canIssue) problems.push("license_key_missing");
  if (config.ownerEmail !== undefined && mailer === undefined) problems.push("owner_email_needs_smtp_url");
  if (config.lacksCronSecret) problems.push("cron_secret_missing");
  if (runs.isOverdue) problems.push("reconcile_overdue");
  if (runs.isBehind) problems.push("reconcile_behind");
  if (progress !== undefined && progress.flagged > 0) problems.push("orders_need_attention");
  if (whyMailWaits !== undefined) problems.push("mail_blocked");
  if (isMoved) problems.push("table_not_named");
  if (gap !== undefined) problems.push("table_restored");
  if (isStorageBroken) problems.push("storage_broken");
  if (hasGivenUp) problems.push("notices_not_delivered");
  if (isCardTesting) problems.push("card_testing_suspected");
  return problems;
}

/** 0 means never, too: runs have begun, but none has finished. */
function toIso(ms = 0): string | null {
  return ms === 0 ? null : new Date(ms).toISOString();
}
