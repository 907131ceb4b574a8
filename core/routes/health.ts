import type { Route } from "../http/endpoint.ts";
import { jsonResponse } from "../http/responses.ts";
import { describeError, type Log } from "../log.ts";
import { readProgress } from "../reconciliation/watermark.ts";
import type { Kept } from "../shop.ts";

/** Hosts run the scheduled reconciliation at least once a day. */
const RECONCILE_OVERDUE_MS = 26 * 3_600_000;

export interface HealthDependencies {
  keeping: () => Promise<Kept>;
  livemode: boolean;
  log: Log;
}

interface Health {
  ok: boolean;
  mode: "live" | "test";
  engine: string | undefined;
  /** ISO 8601; null when it never happened. */
  lastWebhook: string | null;
  lastReconcile: string | null;
  /** What an owner must mend, as stable words. */
  problems: string[];
}

/** `GET /api/health`: 200 when all is well, 503 when there is something that an owner must mend. Tells no secrets. */
export function createHealthRoute({ keeping, livemode, log }: HealthDependencies): Route {
  return {
    name: "health",
    method: "GET",

    async handle() {
      const health: Health = {
        ok: true,
        mode: livemode ? "live" : "test",
        engine: undefined,
        lastWebhook: null,
        lastReconcile: null,
        problems: [],
      };
      try {
        const { engine, now } = await keeping();
        health.engine = engine.name;
        const lastDeliveryMs = await engine.events.lastDeliveryMs();
        health.lastWebhook = toIso(lastDeliveryMs);
        const finishedMs = (await readProgress(engine.bookkeeping))?.finishedMs;
        health.lastReconcile = toIso(finishedMs);
        if (finishedMs !== undefined && now() - finishedMs > RECONCILE_OVERDUE_MS) {
          health.problems.push("reconcile_overdue");
        }
      } catch (error) {
        log.error("engine_unreachable", { error: describeError(error) });
        health.problems.push("engine_unreachable");
      }
      health.ok = health.problems.length === 0;
      return jsonResponse(health.ok ? 200 : 503, health);
    },
  };
}

function toIso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
