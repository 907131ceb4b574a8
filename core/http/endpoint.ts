import type { LogFields } from "../log/fields.ts";
import { describeError, type Log } from "../log/log.ts";
import { clientAddress, type Caller } from "./client-address.ts";
import { HttpError } from "./http-error.ts";
import { corsHeaders, requireAllowedOrigin } from "./origin.ts";
import { emptyResponse, jsonResponse } from "./responses.ts";
import type { Handler, OpenRoute, RequestContext } from "./route.ts";

export interface EndpointDependencies {
  /** The one header into which only the host writes the caller's address. */
  addressHeader: string | undefined;
  log: Log;
  now: () => number;
  randomId: () => string;
}

type Endpoint = OpenRoute & { name: string; method: keyof typeof ALLOW };

const ALLOW = {
  GET: "GET, HEAD, OPTIONS",
  POST: "POST, OPTIONS",
  any: "GET, HEAD, POST, OPTIONS",
} as const;

/**
 * The one boundary that every request passes. It refuses wrong methods, answers OPTIONS (which also wakes a sleeping function), turns
 * whatever is thrown into a response with a request id, and logs exactly one line.
 */
export function endpoint(route: Endpoint, dependencies: EndpointDependencies): Handler {
  const { addressHeader, log, now, randomId } = dependencies;
  const allow = ALLOW[route.method];
  const allowed: string[] = allow.split(", ");

  return async (request, caller: Caller = {}) => {
    const requestId = randomId();
    const startedMs = now();
    let notes: LogFields = {};
    const note = (fields: LogFields): void => void (notes = { ...notes, ...fields });
    const address = clientAddress(request, caller, addressHeader);
    const admit = async (): Promise<void> => route.limit?.admit(address);
    const context: RequestContext = { requestId, address, admit, note };

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
