import { findRecord } from "../../core/stores/stripe-record-copies.ts";
import type { ApiAnswer } from "../../simulator/api/handle-api.ts";
import type { SimulatedStripe } from "../../simulator/simulated-stripe.ts";
import type { SimulatedState } from "../../simulator/state/state.ts";
import { lightRequest, lightResponse } from "./light-http.ts";
import type { OrderBook } from "./order-book.ts";
import type { CallOutside } from "./outside-call.ts";
import type { ShopProcess } from "./shop-process.ts";
import type { StorageHabits } from "./storage-habits.ts";
import type { VirtualTime } from "./virtual-time.ts";

type Fetch = typeof globalThis.fetch;

/** For as long Stripe knows an idempotency key. */
const KEYS_KEPT_MS = 24 * 3_600_000;

/** How processes reach the simulated Stripe: `fetch` for the shipped client, with faults on the way. */
export function connectToStripe(surroundings: {
  stripe: SimulatedStripe;
  state: SimulatedState;
  /** How often the account has changed so far. */
  changes: () => number;
  time: VirtualTime;
  callOutside: CallOutside;
  book: OrderBook;
  onCall: () => void;
  storage: StorageHabits;
}): (process: ShopProcess) => Fetch {
  const { stripe, state, changes, time, callOutside, book, onCall, storage } = surroundings;
  const refusesUntilMs = time.now() + storage.refusesForMs;
  const firstBodies = new Map<string, { body: RequestInit["body"]; atMs: number }>();
  const look = createLooks(stripe, changes);
  let starting: { duringMs: number; isSpoilt: boolean } | undefined;
  let gateways = 0;

  // Runs within the call that was started last: no other call begins before this one has come this far.
  stripe.faults.duringApi = async () => {
    const mine = starting;
    starting = undefined;
    if (mine === undefined) return undefined;
    await new Promise<void>((resolve) => void time.schedule(mine.duringMs, resolve));
    return mine.isSpoilt ? stripeError(500, "An unknown error occurred") : undefined;
  };

  /** A shop that keeps its records in Stripe writes them with these calls. */
  function observe(path: string, process: ShopProcess): void {
    const sessionId = /checkout\/sessions\/(cs_test_\w+)$/.exec(path)?.[1];
    if (sessionId === undefined) return;
    const found = findRecord(sessionId, state.checkoutSessions[sessionId]?.metadata ?? {});
    if (found !== undefined) book.observe(sessionId, found.stored, process);
  }

  /** The body that Stripe sees: if it forgets parameters, the body of the first request under the same key, while it knows the key. */
  function bodyOf({ headers, body }: RequestInit): RequestInit["body"] {
    const key = (headers as [string, string][]).find(
      ([name]) => name.toLowerCase() === "idempotency-key",
    )?.[1];
    if (!storage.forgetsParameters || key === undefined) return body;
    const first = firstBodies.get(key);
    if (first !== undefined && time.now() - first.atMs < KEYS_KEPT_MS) return first.body;
    firstBodies.set(key, { body, atMs: time.now() });
    return body;
  }

  const isRefused = (pathname: string): boolean =>
    time.now() < refusesUntilMs && /^\/v1\/checkout\/sessions\/cs_\w+$/.test(pathname);

  return (process) => (input, init) => {
    onCall();
    const url = new URL(input instanceof Request ? input.url : input);
    const { pathname, search } = url;
    const method = init?.method ?? "GET";
    const { signal, ...rest } = init ?? {};
    const execute = async (duringMs: number, isSpoilt: boolean): Promise<Response> => {
      if (method === "GET") return look(url.href, rest);
      if (isRefused(pathname)) return lightResponse(refusal);
      const mine = { duringMs, isSpoilt };
      starting = mine;
      const body = bodyOf(rest);
      const sent = body === undefined ? rest : { ...rest, body };
      const response = lightResponse(await stripe.callApi(lightRequest(url.href, sent)));
      // A repeated request under the same key is answered from memory: nothing runs.
      if (starting === mine) starting = undefined;
      observe(pathname, process);
      return response;
    };
    return callOutside(process, {
      point: `${method} ${pathname.replace(/\/[a-z]+_\w+$/, "/:id")}`,
      describe: () => `${method} ${pathname}${search.replaceAll(/expand\S*?(?:&|$)/g, "")}`,
      happen: (duringMs) => execute(duringMs, false),
      spoil: method === "POST" ? (duringMs) => execute(duringMs, true) : undefined,
      answerForeign: () => {
        gateways += 1;
        if (gateways % 3 === 0) return new Response("<h1>Bad gateway</h1>", { status: 502 });
        return gateways % 3 === 1 ? stripeError(429, "Too many requests") : stripeError(503, "Unavailable");
      },
      fail: (reason) => new TypeError("fetch failed", { cause: new Error(reason) }),
      show: (response) => String(response.status),
      signal,
    });
  };
}

/**
 * Most questions were asked before, and nothing has changed since: then the answer is the same, and the simulated Stripe need not make
 * it again. Lists by time and lists of events are always asked.
 */
function createLooks(
  stripe: SimulatedStripe,
  changes: () => number,
): (url: string, init: RequestInit) => Promise<Response> {
  const known = new Map<string, { response: Response; atChange: number }>();
  return async (url, init) => {
    // Everything that is due by now happens first.
    stripe.state();
    const found = known.get(url);
    if (found?.atChange === changes()) return found.response;
    const atChange = changes();
    const response = lightResponse(await stripe.callApi(lightRequest(url, init)));
    if (!/events|created/.test(url)) known.set(url, { response, atChange });
    return response;
  };
}

const refusal: ApiAnswer = {
  status: 403,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ error: { type: "invalid_request_error", message: "no permission" } }),
};

function stripeError(status: number, message: string): Response {
  return Response.json({ error: { type: "api_error", message } }, { status });
}
