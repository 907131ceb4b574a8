import type { RequestHandler } from "msw";
import { createAccount, type Account } from "./account/account.ts";
import { createAlarm } from "./alarms.ts";
import {
  handleApi,
  type ApiAnswer,
  type ApiCall,
  type ApiRequest,
  type ApiSurroundings,
} from "./api/handle-api.ts";
import type { Permission } from "./api/permissions.ts";
import { createBuyer, type SimulatedBuyer } from "./buyer.ts";
import type { Catalog } from "./catalog.ts";
import { developmentRetryDelaysMs, realNow, realRandomId, realSchedule, realSend } from "./defaults.ts";
import { handleHostedPage } from "./hosted-page/handle-hosted-page.ts";
import { createMswHandlers } from "./msw-handlers.ts";
import { createSimulatedFetch } from "./simulated-fetch.ts";
import { plainCopy } from "./state/plain-copy.ts";
import { restoredState, type SimulatedState } from "./state/state.ts";
import type { EventTrouble, World } from "./state/world.ts";
import { answerAuthentication } from "./transitions/answer-authentication.ts";
import { chooseOptions } from "./transitions/choose-options.ts";
import { paySession } from "./transitions/pay-session.ts";
import { seedCatalog } from "./transitions/seed-catalog.ts";
import { createDeliveryQueue, type SendWebhook } from "./webhooks/delivery-queue.ts";
import { knownEndpoints, type WebhookEndpoint } from "./webhooks/webhook-endpoint.ts";

export interface SimulatedStripeOptions {
  catalog: Catalog;
  /** Where browsers reach the payment page: Checkout Session URLs begin with it. */
  publicUrl: string;
  /** Where the catalog's picture paths lie. Default: `publicUrl`. */
  siteUrl?: string;
  webhookEndpoints?: readonly WebhookEndpoint[];
  /** Managed Payments is on unless a request says no, as on newer accounts. Default: false. */
  managedPaymentsByDefault?: boolean;
  /** Restricted keys (`rk_test_…`) and their permissions. A key that is not listed may do everything. */
  restrictedKeys?: Readonly<Record<string, readonly Permission[]>>;
  /** Milliseconds. */
  now?: () => number;
  /** As many letters and digits as asked for. */
  randomId?: (length: number) => string;
  /** Runs something later; the returned function cancels it. */
  schedule?: (delayMs: number, run: () => void) => () => void;
  /** Carries webhooks. */
  send?: SendWebhook;
  /** What `onChange` was given last time. Call `resume()` when the endpoints are up. */
  initialState?: SimulatedState;
  /** Called after every change with the live state: copy or write it before returning. */
  onChange?: (state: SimulatedState) => void;
  /** Sentences for the site owner, such as which price is missing from the catalog. */
  onNotice?: (message: string) => void;
  /** How long a delayed payment method takes to succeed or fail. Default: 8 seconds. */
  delayedPaymentMs?: number;
  /** Waits between the attempts to deliver a webhook. */
  retryDelaysMs?: readonly number[];
  /** Default: 20 seconds. */
  webhookTimeoutMs?: number;
}

/** Hooks for tests; each may be set and removed at any time. `Response.error()` stands for a lost connection. */
interface Faults {
  /** Before anything else: nothing has happened at Stripe. */
  beforeApi?: ((request: Request) => Response | undefined | Promise<Response | undefined>) | undefined;
  /** Instead of the execution: like Stripe's own 500, this answer is kept under the idempotency key. */
  duringApi?: ((call: ApiCall) => Response | undefined | Promise<Response | undefined>) | undefined;
  /** After everything: it has happened, only the answer is altered, delayed or lost. */
  afterApi?:
    | ((request: Request, response: Response) => Response | undefined | Promise<Response | undefined>)
    | undefined;
}

export interface SimulatedStripe {
  /** For MSW's `setupServer`: everything sent to api.stripe.com, or to `/v1` and `/v2` of a loopback address. */
  readonly handlers: RequestHandler[];
  handleApi(request: Request): Promise<Response>;
  /** The same without web objects, which cost more than the rest: for millions of calls. The only fault that applies is `duringApi`. */
  callApi(request: ApiRequest): Promise<ApiAnswer>;
  /** For a program in this process that can be given its `fetch`: thousands of calls without a socket each. */
  fetch: typeof globalThis.fetch;
  /** Undefined when the address does not belong to the payment page. */
  handleHostedPage(request: Request): Promise<Response | undefined>;
  /** What a buyer does, without HTML. */
  buyer: SimulatedBuyer;
  /** What the owner, the bank and Stripe itself do. */
  account: Account;
  faults: Faults;
  /** The live state, after everything that is due. Read only. */
  state(): SimulatedState;
  /** Every authenticated API call to a known route so far. */
  calls(): readonly ApiCall[];
  /** Resolves when no webhook is on its way; planned retries do not count. */
  deliveriesSettled(): Promise<void>;
  /** Continues what `initialState` left open: deliveries, delayed payments, expiries. */
  resume(): void;
  /** Stops timers and webhooks. */
  close(): void;
}

const redirectWaitMs = 10_000;

/** A stand-in for one Stripe account in a sandbox. It shares no code with the shop it stands in for. */
export function createSimulatedStripe(options: SimulatedStripeOptions): SimulatedStripe {
  const now = options.now ?? realNow;
  const randomId = options.randomId ?? realRandomId;
  const schedule = options.schedule ?? realSchedule;
  const notice = options.onNotice ?? (() => {});
  const delayedPaymentMs = options.delayedPaymentMs ?? 8_000;
  const state = restoredState(options.initialState);
  const endpoints = knownEndpoints(options.webhookEndpoints ?? []);
  const calls: ApiCall[] = [];
  const faults: Faults = {};
  const eventTrouble: EventTrouble = { visibilityDelayMs: 0, lostTypes: [] };

  const worldFor = (request: World["request"]): World => ({
    state,
    now,
    randomId,
    endpoints,
    deliveryQueued: (id) => queue.add(id),
    request,
    publicUrl: options.publicUrl,
    managedPaymentsByDefault: options.managedPaymentsByDefault ?? false,
    eventTrouble,
  });
  // Changes that no API call asked for (by a buyer, a bank or the clock) carry no request.
  const world = worldFor({ id: null, idempotency_key: null });

  const queue = createDeliveryQueue({
    state,
    endpoints,
    now,
    schedule,
    send: options.send ?? realSend,
    retryDelaysMs: options.retryDelaysMs ?? developmentRetryDelaysMs,
    timeoutMs: options.webhookTimeoutMs ?? 20_000,
    changed: () => options.onChange?.(state),
  });

  function changed(): void {
    options.onChange?.(state);
    queue.pump();
    alarm.set();
  }

  const alarm = createAlarm({ world, schedule, ring: () => change(() => {}) });

  /** Does something to the state, and everything that follows from it. */
  function change<T>(transition: () => T): T {
    alarm.catchUp();
    const result = transition();
    changed();
    return result;
  }

  function catchUp(): void {
    if (alarm.catchUp()) changed();
  }

  async function webhooksAnswered(): Promise<void> {
    let cancel = () => {};
    const patience = new Promise<void>((resolve) => {
      cancel = schedule(redirectWaitMs, resolve);
    });
    await Promise.race([queue.settled(), patience]);
    cancel();
  }

  const apiSurroundings: ApiSurroundings = {
    worldFor,
    notice,
    changed,
    permissionsOf: (key) => options.restrictedKeys?.[key],
    onCall: (call) => calls.push(plainCopy(call)),
    duringApi: (call) => faults.duringApi?.(call),
  };

  async function callApi(request: ApiRequest): Promise<ApiAnswer> {
    catchUp();
    return handleApi(request, apiSurroundings);
  }

  async function answerApi(request: Request): Promise<Response> {
    const early = await faults.beforeApi?.(request.clone());
    if (early !== undefined) return early;
    const { body, ...init } = await callApi(request.body === null ? request : request.clone());
    const response = new Response(body, init);
    return (await faults.afterApi?.(request, response.clone())) ?? response;
  }

  seedCatalog(world, options.catalog, options.siteUrl ?? options.publicUrl);

  return {
    // Made on demand: callers of `handleApi` or `callApi` do not need them.
    get handlers() {
      return createMswHandlers(answerApi);
    },
    handleApi: answerApi,
    callApi,
    fetch: createSimulatedFetch(answerApi),
    handleHostedPage: (request) =>
      handleHostedPage(request, {
        state,
        businessName: options.catalog.businessName ?? "Test shop",
        siteUrl: options.siteUrl ?? options.publicUrl,
        now,
        delayedPaymentMs,
        catchUp,
        choose: (session, choices) => change(() => chooseOptions(world, session, choices)),
        pay: (session, buyer, choice) => change(() => paySession(world, session, buyer, choice)),
        authenticate: (session, accepts) => change(() => answerAuthentication(world, session, accepts)),
        webhooksAnswered,
      }),
    buyer: createBuyer({ world, change, delayedPaymentMs }),
    account: createAccount({ world, change, queue }),
    faults,
    state() {
      catchUp();
      return state;
    },
    calls: () => calls,
    deliveriesSettled: () => queue.settled(),
    resume: () => change(() => {}),
    close() {
      alarm.close();
      queue.close();
    },
  };
}
