import { createHash, timingSafeEqual } from "node:crypto";

import { HttpError, unavailable } from "../http/http-error.ts";
import { jsonResponse } from "../http/responses.ts";
import type { Route } from "../http/route.ts";
import { createDeadline } from "../retry/deadline.ts";
import { reconcile as runReconciliation, type ReconcileDependencies } from "../reconciliation/reconcile.ts";
import { reconcileReport } from "../reconciliation/run-report.ts";

/** Netlify gives a scheduled function 30 s; vercel.json gives this one the same. */
const RUN_FOR_MS = 24_000;

export interface ReconcileRouteDependencies {
  loadServices: () => Promise<ReconcileDependencies>;
}

/**
 * `GET /api/reconcile`: one run of reconciliation, for a host's scheduler. Vercel's sends `CRON_SECRET` as a bearer token; without
 * the variable the route does not exist.
 */
export const reconcile: Route<ReconcileRouteDependencies & { config: { cronSecret: string | undefined } }> = {
  name: "reconcile",
  path: "/api/reconcile",
  method: "GET",
  summary: "Repairs what webhooks missed",
  details:
    "For a scheduler. It does not exist while `CRON_SECRET` is not set; on Netlify only the host's own scheduler can start a run.",
  bearer: { description: "`CRON_SECRET`." },
  answers: { 200: { description: "What the run found.", schema: reconcileReport } },
  errors: { 401: ["unauthorized"], 404: ["not_found"], 503: ["dependency_failed"] },

  open: ({ config: { cronSecret }, loadServices }) => ({
    handle: (request) => {
      if (cronSecret === undefined) throw new HttpError(404, "not_found", "There is nothing here.");
      if (!isBearer(request, cronSecret))
        throw new HttpError(401, "unauthorized", "Send CRON_SECRET as a bearer token.");
      return run({ loadServices });
    },
  }),
};

/**
 * The same for a scheduler that only the host itself can start, such as Netlify's, which sends a POST. It asks for no secret, so it is
 * not in the table of routes: only the host's own function may serve it.
 */
export const scheduledReconcile: Route<ReconcileRouteDependencies> = {
  ...reconcile,
  method: "POST",
  open: ({ loadServices }) => ({ handle: () => run({ loadServices }) }),
};

async function run({ loadServices }: ReconcileRouteDependencies): Promise<Response> {
  const dependencies = await loadServices();
  const deadline = createDeadline(dependencies.now, RUN_FOR_MS);
  const report = await runReconciliation(deadline, dependencies).catch((error: unknown) => {
    throw unavailable("dependency_failed", "Reconciliation could not read its sources.", 60, error);
  });
  dependencies.log.info("reconciled", {
    checked: report.checked,
    repaired: report.repaired.length,
    unfinished: report.unfinished.length,
    flagged: report.flagged.length,
    skipped: report.skipped.length || undefined,
    incomplete: report.incomplete.join(" ") || undefined,
  });
  return jsonResponse(200, report);
}

/** Hashed first: the lengths are equal, and the comparison takes as long for any token. */
function isBearer(request: Request, secret: string): boolean {
  const [, token = ""] = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "") ?? [];
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(token), digest(secret));
}
