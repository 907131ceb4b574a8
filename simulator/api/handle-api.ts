import { apiVersion } from "../objects/event.ts";
import type { IdempotencyRecord } from "../state/state.ts";
import type { World } from "../state/world.ts";
import { authenticate } from "./authentication.ts";
import { errorBody, StripeApiError } from "./errors.ts";
import { decodeForm, type FormObject } from "./form.ts";
import { openIdempotencyRecord } from "./idempotency.ts";
import { requirePermissions, type Permission } from "./permissions.ts";
import type { Route } from "./route.ts";
import { routes } from "./routes/routes.ts";

/** What one call was about; tests read and alter calls through it. */
export interface ApiCall {
  method: string;
  /** Without the query. */
  path: string;
  parameters: FormObject;
  idempotencyKey: string | null;
  requestId: string;
}

/** What the API reads of a request; a web `Request` is one. */
export interface ApiRequest {
  readonly method: string;
  readonly url: string;
  /** Asked for in lower case. */
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

export interface ApiAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

export interface ApiSurroundings {
  /** The world as this call sees it: events it causes will carry its id. */
  worldFor(request: World["request"]): World;
  notice(message: string): void;
  /** Called when the state may have changed. */
  changed(): void;
  onCall(call: ApiCall): void;
  /** Undefined: the key may do everything. */
  permissionsOf(key: string): readonly Permission[] | undefined;
  /** May answer instead of the route, as part of the execution: the answer is kept under the idempotency key. */
  duringApi(call: ApiCall): Response | undefined | Promise<Response | undefined>;
}

/** Answers one request to the API as Stripe does, errors included. Never throws for what the caller did. */
export async function handleApi(request: ApiRequest, surroundings: ApiSurroundings): Promise<ApiAnswer> {
  const outer = surroundings.worldFor({ id: null, idempotency_key: null });
  const requestId = `req_${outer.randomId(14)}`;
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "request-id": requestId,
    "stripe-version": request.headers.get("stripe-version") ?? apiVersion,
  };
  try {
    const key = authenticate(request.headers.get("authorization"));
    refuseBadVersion(request.headers.get("stripe-version"));
    const url = new URL(request.url);
    const path = decodePath(url.pathname);
    const { route, id } = findRoute(request.method, path);
    const parameters = decodeForm(await encodedParameters(request, url));
    const idempotencyKey = request.method === "POST" ? request.headers.get("idempotency-key") : null;
    const call: ApiCall = { method: request.method, path, parameters, idempotencyKey, requestId };
    surroundings.onCall(call);
    requirePermissions(key, surroundings.permissionsOf(key), call);

    // Until the parameters' shape is checked, nothing is stored under the idempotency key.
    const execute = route.prepare(parameters, id);
    if (idempotencyKey !== null) headers["idempotency-key"] = idempotencyKey;
    const opened =
      idempotencyKey === null ? null : openIdempotencyRecord(outer, { ...call, key: idempotencyKey });
    if (opened !== null && "replay" in opened) return replay(opened.replay, headers);
    const answer = await run(execute, call, surroundings);
    if (opened !== null) opened.record.answer = answer;
    if (request.method !== "GET") surroundings.changed();
    return { ...answer, headers };
  } catch (error) {
    if (!(error instanceof StripeApiError)) throw error;
    return { status: error.status, headers, body: JSON.stringify(errorBody(error, requestId)) };
  }
}

type Answer = NonNullable<IdempotencyRecord["answer"]>;

async function run(
  execute: ReturnType<Route["prepare"]>,
  call: ApiCall,
  surroundings: ApiSurroundings,
): Promise<Answer> {
  const instead = await surroundings.duringApi(call);
  if (instead !== undefined) return { status: instead.status, body: await instead.text() };
  const world = surroundings.worldFor({ id: call.requestId, idempotency_key: call.idempotencyKey });
  try {
    const result = execute({ world, notice: (message) => surroundings.notice(message) });
    return { status: 200, body: JSON.stringify(result) };
  } catch (error) {
    const answer = error instanceof StripeApiError ? error : ownFault(error, call, surroundings);
    return { status: answer.status, body: JSON.stringify(errorBody(answer, call.requestId)) };
  }
}

/** A bug of the simulation itself: the caller gets a 500, the owner the details. */
function ownFault(error: unknown, call: ApiCall, surroundings: ApiSurroundings): StripeApiError {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  surroundings.notice(`The simulated Stripe failed on ${call.method} ${call.path}: ${detail}`);
  return new StripeApiError("An unknown error occurred", { status: 500, type: "api_error" });
}

function replay(
  { answer, requestId }: IdempotencyRecord & { answer: Answer },
  headers: Record<string, string>,
): ApiAnswer {
  return { ...answer, headers: { ...headers, "idempotent-replayed": "true", "original-request": requestId } };
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw new StripeApiError(`Invalid request: the URL path ${pathname} is not valid percent-encoding.`);
  }
}

function findRoute(method: string, path: string): { route: Route; id: string } {
  for (const route of routes) {
    const match = route.method === method ? route.path.exec(path) : null;
    if (match !== null) return { route, id: match[1] ?? "" };
  }
  throw new StripeApiError(
    `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
    { status: 404 },
  );
}

async function encodedParameters(request: ApiRequest, url: URL): Promise<string> {
  if (request.method === "GET") return url.search.slice(1);
  const body = await request.text();
  const contentType = request.headers.get("content-type") ?? "";
  if (body !== "" && !contentType.startsWith("application/x-www-form-urlencoded")) {
    throw new StripeApiError(
      "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.",
    );
  }
  return [url.search.slice(1), body].filter((part) => part !== "").join("&");
}

function refuseBadVersion(version: string | null): void {
  if (version === null || /^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/.test(version)) return;
  throw new StripeApiError(`Invalid Stripe API version: ${version}`);
}
