import type { Route } from "../http/endpoint.ts";
import { jsonResponse } from "../http/responses.ts";
import type { Health } from "./health.ts";

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

/** `GET /api/health` of a shop whose environment is wrong: 503, as for everything that an owner must fix. */
export function createClosedHealthRoute(logProblems: () => void): Route {
  return {
    name: "health",
    method: "GET",
    async handle() {
      logProblems();
      return jsonResponse(503, CLOSED);
    },
  };
}
