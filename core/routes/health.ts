import type { Route } from "../http/endpoint.ts";
import { jsonResponse } from "../http/responses.ts";
import { isCardTestingSuspected } from "../alarms/card-testing-alarm.ts";
import { describeError, type Log } from "../log/log.ts";
import { whyBlocked } from "../alarms/blocked-steps.ts";
import { wasGivenUp } from "../notifications/given-up.ts";
import { FIRST_SEEN, troubleWithRuns } from "../reconciliation/heartbeat.ts";
import { hasMovedAway } from "../reconciliation/moved-away.ts";
import { readOnce } from "../reconciliation/read-once.ts";
import { readProgress } from "../reconciliation/watermark.ts";
import type { Services } from "../services.ts";

/** Anyone may ask, and each look costs calls to Stripe. Problems are remembered for less time, so that a fix shows soon. */
const REMEMBER_WELL_MS = 60_000;
const REMEMBER_PROBLEMS_MS = 10_000;

export interface HealthDependencies {
  loadServices: () => Promise<Services>;
  livemode: boolean;
  /** License keys are for sale, but there is nothing to sign them with. */
  lacksLicenseKey: boolean;
  /** The host's scheduler cannot start reconciliation. */
  lacksCronSecret: boolean;
  /** The host starts reconciliation by itself, or should. */
  isScheduled: boolean;
  /** The owner wants notices by mail. */
  mailsOwner: boolean;
  /** Some price brings something to read or to download. */
  delivers: boolean;
  now: () => number;
  log: Log;
}

export interface Health {
  ok: boolean;
  /** Null while the environment is wrong. */
  mode: "live" | "test" | null;
  engine: string | null;
  /** ISO 8601; null when it never happened. */
  lastWebhook: string | null;
  lastReconcile: string | null;
  /** What an owner must fix, as stable words. */
  problems: string[];
  /** What an owner may want to know, as stable words; all is well nevertheless. */
  advice: string[];
}

/**
 * `GET /api/health`: 200 when all is well, 503 when there is something that an owner must fix. It tells no secrets. Anyone may ask,
 * so requests that come at the same time share one look, and its result is remembered for a while.
 */
export function createHealthRoute(dependencies: HealthDependencies): Route {
  const {
    loadServices,
    livemode,
    lacksLicenseKey,
    lacksCronSecret,
    isScheduled,
    mailsOwner,
    delivers,
    now,
    log,
  } = dependencies;
  let last: { health: Promise<Health>; startedMs: number; untilMs: number } | undefined;

  return {
    name: "health",
    method: "GET",
    async handle() {
      if (last === undefined || last.untilMs <= now()) {
        last = { health: examine(), startedMs: now(), untilMs: now() + REMEMBER_PROBLEMS_MS };
      }
      const look = last;
      const health = await look.health;
      if (health.ok) look.untilMs = Math.max(look.untilMs, look.startedMs + REMEMBER_WELL_MS);
      return jsonResponse(health.ok ? 200 : 503, health);
    },
  };

  async function examine(): Promise<Health> {
    const mode = livemode ? "live" : "test";
    try {
      const { storage, mailer, storageAlarm } = await loadServices();
      const { events } = storage;
      const bookkeeping = readOnce(storage.bookkeeping);
      const [
        progress,
        lastDeliveryMs,
        hasGivenUp,
        isCardTesting,
        whyMailWaits,
        isStorageBroken,
        gap,
        isMoved,
      ] = await Promise.all([
        readProgress(bookkeeping, now()),
        events.lastDeliveryMs(),
        wasGivenUp(bookkeeping, now()),
        isCardTestingSuspected(bookkeeping, now()),
        whyBlocked(bookkeeping, "mail", now()),
        storageAlarm.isRinging(async (orderId) => (await storage.orders.readControl(orderId))?.version),
        storage.guard?.gap(),
        hasMovedAway(storage),
        // Read with the others: if they are in one object, it is fetched once.
        bookkeeping.read(FIRST_SEEN),
      ]);
      const finishedMs = progress?.finishedMs;
      const problems: string[] = [];
      if (lacksLicenseKey) problems.push("license_key_missing");
      if (mailsOwner && mailer === undefined) problems.push("owner_email_needs_smtp_url");
      if (lacksCronSecret) problems.push("cron_secret_missing");
      const runs = await troubleWithRuns({ progress, isScheduled, bookkeeping, nowMs: now() });
      if (runs.isOverdue) problems.push("reconcile_overdue");
      if (runs.isBehind) problems.push("reconcile_behind");
      if (progress !== undefined && progress.flagged > 0) problems.push("orders_need_attention");
      if (whyMailWaits !== undefined) problems.push("mail_blocked");
      if (isMoved) problems.push("table_not_named");
      if (gap !== undefined) problems.push("table_restored");
      if (isStorageBroken) problems.push("storage_broken");
      if (hasGivenUp) problems.push("notices_not_delivered");
      if (isCardTesting) problems.push("card_testing_suspected");
      return {
        ok: problems.length === 0,
        mode,
        engine: storage.name,
        lastWebhook: toIso(lastDeliveryMs),
        lastReconcile: toIso(finishedMs),
        problems,
        advice: delivers && mailer === undefined ? ["delivers_without_mail"] : [],
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
}

/** 0 means never, too: runs have begun, but none has finished. */
function toIso(ms = 0): string | null {
  return ms === 0 ? null : new Date(ms).toISOString();
}
