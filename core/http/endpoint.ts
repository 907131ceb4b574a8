import type { LogFields } from "../log/fields.ts";
import { describeError, type Log } from "../log/log.ts";
import type { Caller } from "./client-address.ts";
import { HttpError } from "./http-error.ts";
import { corsHeaders, requireAllowedOrigin, type OriginPolicy } from "./origin.ts";
import { emptyResponse, jsonResponse } from "./responses.ts";

export type Handler = (request: Request, caller?: Caller) => Promise<Response>;

export interface RequestContext {
  requestId: string;
  caller: Caller;
  /** Adds fields to the one line that is logged for this request; identifiers and outcomes only. */
  note(fields: LogFields): void;
}

export interface Route {
  /** Names the route in the log. */
  name: string;
  method: "GET" | "POST";
  /** On every answer of this route, errors and OPTIONS included. */
  headers?: Readonly<Record<string, string>>;
  /** Whose pages may call. If undefined, anyone may call, but only pages of the same origin can read the answers. */
  origins?: OriginPolicy;
  handle(request: Request, context: RequestContext): Promise<Response>;
  /** Shapes an error for callers that do not read JSON; undefined falls back to JSON. */
  renderError?(error: HttpError, request: Request, requestId: string): Response | undefined;
}

export interface EndpointDependencies {
  log: Log;
  now: () => number;
  randomId: () => string;
}

/**
 * The one boundary that every request passes. It refuses wrong methods, answers OPTIONS (which also wakes a sleeping function), turns
 * whatever is thrown into a response with a request id, and logs exactly one line.
 */
export function endpoint(route: Route, { log, now, randomId }: EndpointDependencies): Handler {
  const allow = route.method === "GET" ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
  const allowed = allow.split(", ");

  return async (request, caller = {}) => {
    const requestId = randomId();
    const startedMs = now();
    let notes: LogFields = {};
    const note = (fields: LogFields): void => void (notes = { ...notes, ...fields });
    const context: RequestContext = { requestId, caller, note };

    const response = await answer(request, context).catch((error: unknown) => {
      const failure = error instanceof HttpError ? error : internalError(error);
      note({ code: failure.code });
      if (failure.cause !== undefined) note({ error: describeError(failure.cause) });
      return route.renderError?.(failure, request, requestId) ?? errorResponse(failure, requestId);
    });
    response.headers.set("X-Request-Id", requestId);
    for (const [name, value] of Object.entries(route.headers ?? {})) response.headers.set(name, value);
    if (route.origins !== undefined) {
      for (const [name, value] of Object.entries(corsHeaders(request, route.origins, allow)))
        response.headers.set(name, value);
    }

    const level = response.status >= 500 ? "error" : "info";
    log[level]("request", {
      route: route.name,
      method: request.method,
      status: response.status,
      ms: now() - startedMs,
      requestId,
      ...notes,
    });
    return response;
  };

  async function answer(request: Request, context: RequestContext): Promise<Response> {
    if (request.method === "OPTIONS") return emptyResponse(204, { Allow: allow });
    if (!allowed.includes(request.method)) {
      throw new HttpError(405, "method_not_allowed", `Use ${route.method} here.`, {
        headers: { Allow: allow },
      });
    }
    if (route.origins !== undefined) requireAllowedOrigin(request, route.origins);
    return route.handle(request, context);
  }
}

function errorResponse(error: HttpError, requestId: string): Response {
  return jsonResponse(
    error.status,
    { error: { code: error.code, message: error.message }, requestId },
    error.headers,
  );
}

function internalError(cause: unknown): HttpError {
  return new HttpError(
    500,
    "internal_error",
    "Something went wrong on our side. Please try again in a minute.",
    {
      cause,
    },
  );
}
