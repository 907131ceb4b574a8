import { setupServer } from "msw/node";
import Stripe from "stripe";
import { afterAll, afterEach, beforeAll } from "vitest";
import { readCatalogFile } from "../../../simulator/catalog-file.ts";
import type { Catalog } from "../../../simulator/catalog.ts";
import {
  createSimulatedStripe,
  type SimulatedStripe,
  type SimulatedStripeOptions,
} from "../../../simulator/simulated-stripe.ts";

/** 2026-11-21T12:00:00Z, where every test's clock starts. */
export const startMs = 1_795_262_400_000;
export const webhookSecret = "whsec_test";

export interface TestAccount {
  simulated: SimulatedStripe;
  /** The real SDK; its requests end in the simulation. */
  stripe: Stripe;
  webhooks: { body: string; signature: string; atMs: number }[];
  /** Sets the endpoint's answer to later webhooks. */
  answerWebhooksWith(answer: () => Response | Promise<Response>): void;
  /** Moves the clock, running every timer that comes due on the way. */
  advance(ms: number): Promise<void>;
  /** Moves the clock without waiting for webhooks. */
  passTime(ms: number): Promise<void>;
  notices: string[];
}

const demoCatalog: Catalog = readCatalogFile();
let open: SimulatedStripe[] = [];
const server = setupServer();

/** Call once at the top of each test file: unexpected requests fail their test. */
export function interceptStripe(): void {
  beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
  afterEach(() => {
    for (const simulated of open) simulated.close();
    open = [];
    server.resetHandlers();
  });
  afterAll(() => server.close());
}

export function openAccount(options: Partial<SimulatedStripeOptions> = {}): TestAccount {
  const webhooks: TestAccount["webhooks"] = [];
  const notices: string[] = [];
  const clock = manualClock();
  let counter = 0;
  let answer: () => Response | Promise<Response> = () => new Response(null, { status: 200 });
  const simulated = createSimulatedStripe({
    catalog: demoCatalog,
    publicUrl: "http://127.0.0.1:8888",
    webhookEndpoints: [{ url: "http://127.0.0.1:8888/api/webhook", secret: webhookSecret }],
    now: clock.now,
    schedule: clock.schedule,
    randomId: (length) => String((counter += 1)).padStart(length, "x"),
    async send(_url, { headers, body }) {
      webhooks.push({ body, signature: headers["stripe-signature"] ?? "", atMs: clock.now() });
      return await answer();
    },
    onNotice: (message) => notices.push(message),
    ...options,
  });
  open.push(simulated);
  server.use(...simulated.handlers);
  return {
    simulated,
    stripe: new Stripe("sk_test_123", { telemetry: false, maxNetworkRetries: 0 }),
    webhooks,
    notices,
    answerWebhooksWith: (next) => {
      answer = next;
    },
    async advance(ms) {
      await simulated.deliveriesSettled();
      await clock.advance(ms, () => simulated.deliveriesSettled());
    },
    passTime: (ms) => clock.advance(ms, () => new Promise((resolve) => void setImmediate(resolve))),
  };
}

/** A new session for one poster, with whatever the test adds or changes. */
export function posterSession(
  account: TestAccount,
  params: Stripe.Checkout.SessionCreateParams = {},
  options?: Stripe.RequestOptions,
): Promise<Stripe.Response<Stripe.Checkout.Session>> {
  return account.stripe.checkout.sessions.create(
    {
      mode: "payment",
      line_items: [{ price: "price_poster_a2", quantity: 1 }],
      success_url: "http://127.0.0.1:8888/success.html?session_id={CHECKOUT_SESSION_ID}",
      cancel_url: "http://127.0.0.1:8888/canceled.html?session_id={CHECKOUT_SESSION_ID}",
      ...params,
    },
    options,
  );
}

/** A poster that was paid for by card, or by the delayed method and then settled. */
export async function paidPoster(
  account: TestAccount,
  method: "card" | "sepa_debit" = "card",
): Promise<{ sessionId: string; paymentIntentId: string; chargeId: string }> {
  const { id } = await posterSession(account);
  account.simulated.buyer.pay(id, method === "card" ? {} : { delayed: "succeeds" });
  if (method === "sepa_debit") account.simulated.account.settleDelayed(id);
  const session = await account.stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
  const paymentIntent = session.payment_intent as Stripe.PaymentIntent;
  return {
    sessionId: id,
    paymentIntentId: paymentIntent.id,
    chargeId: paymentIntent.latest_charge as string,
  };
}

/** A running subscription to the almanac. */
export async function almanacSubscription(
  account: TestAccount,
  params: Stripe.Checkout.SessionCreateParams = {},
): Promise<{ sessionId: string; subscriptionId: string; invoiceId: string }> {
  const line_items = [{ price: "price_almanac_monthly", quantity: 1 }];
  const { id } = await posterSession(account, { mode: "subscription", line_items, ...params });
  account.simulated.buyer.pay(id);
  const { subscription, invoice } = await account.stripe.checkout.sessions.retrieve(id);
  return { sessionId: id, subscriptionId: subscription as string, invoiceId: invoice as string };
}

/** The events that `act` caused, in order, as the webhooks carried them. */
export async function eventsDuring(account: TestAccount, act: () => unknown): Promise<Stripe.Event[]> {
  await account.simulated.deliveriesSettled();
  const before = account.webhooks.length;
  await act();
  await account.simulated.deliveriesSettled();
  return account.webhooks.slice(before).map(({ body }) => JSON.parse(body) as Stripe.Event);
}

export function eventTypes(account: TestAccount): string[] {
  return account.webhooks.map(({ body }) => (JSON.parse(body) as { type: string }).type);
}

function manualClock() {
  let nowMs = startMs;
  const timers = new Set<{ atMs: number; run: () => void }>();
  return {
    now: () => nowMs,
    schedule(delayMs: number, run: () => void) {
      const timer = { atMs: nowMs + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms: number, settle: () => Promise<void>) {
      const untilMs = nowMs + ms;
      for (;;) {
        const due = [...timers].filter((timer) => timer.atMs <= untilMs);
        const [next] = due.toSorted((one, other) => one.atMs - other.atMs);
        if (next === undefined) break;
        timers.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.run();
        await settle();
      }
      nowMs = untilMs;
    },
  };
}
