import type Stripe from "stripe";

import { markerOf } from "../../core/stripe/metadata.ts";
import { createStripeClient } from "../../core/stripe/client.ts";
import { realRuntime } from "../../core/runtime.ts";
import catalog from "../../simulator/catalog.json" with { type: "json" };
import { parseCatalog } from "../../simulator/catalog.ts";
import { createSimulatedStripe, type SimulatedStripe } from "../../simulator/simulated-stripe.ts";

const SHOP_ID = "contract";

type Fetch = typeof globalThis.fetch;

/** The account that the Stripe engine is tested on: the simulated one, or the owner's sandbox. */
export interface StripeAccount {
  /** A line for people that says what these tests talk to. */
  name: string;
  stripe: Stripe;
  /** The shop that the sessions belong to. */
  shopId: string;
  /** The least that a new session sells. */
  sessionParameters: Stripe.Checkout.SessionCreateParams;
  /** The id of an unpaid session. */
  openSession(): Promise<string>;
  /** The id of a paid session; undefined where there is none, because no API can complete one. */
  completedSession(): Promise<string | undefined>;
  /** Undefined with the real Stripe, which tests cannot control. */
  simulated: { stripe: SimulatedStripe; clock: { nowMs: number } } | undefined;
  close(): void;
}

/**
 * Variables, all optional:
 *
 *     STRIPE_CONTRACT_KEY      sk_test_… of a sandbox: talk to the real Stripe instead of the simulated one
 *     STRIPE_CONTRACT_SESSION  cs_test_… of a session that a shop of this project opened in that sandbox, and that was paid by hand
 *                              with the card 4242 4242 4242 4242: proves what no API can bring about
 *     STRIPE_API_BASE          another server that speaks Stripe's API, such as `npm run simulator`
 *
 * @throws when the key is not a sandbox's.
 */
export async function openStripeAccount(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<StripeAccount> {
  const key = environment["STRIPE_CONTRACT_KEY"];
  if (key === undefined || key === "") return openSimulation();
  if (!/^(?:sk|rk)_test_\w+$/.test(key)) {
    throw new Error(
      "STRIPE_CONTRACT_KEY is not the secret key of a sandbox (sk_test_…); no other key is used here.",
    );
  }
  return openSandbox(key, environment["STRIPE_API_BASE"], environment["STRIPE_CONTRACT_SESSION"]);
}

function openSimulation(): StripeAccount {
  const clock = { nowMs: Date.now() };
  const simulated = createSimulatedStripe({
    catalog: parseCatalog(catalog),
    publicUrl: "https://checkout.stripe.com",
    now: () => clock.nowMs,
    // An endpoint that accepts everything, so that deliveries succeed.
    webhookEndpoints: [
      { url: "https://shop.example/api/webhook", secret: "whsec_contract", format: "snapshot" },
    ],
    send: async () => new Response(null, { status: 200 }),
  });
  const stripe = stripeClient({ secretKey: "sk_test_simulated" }, simulated.fetch);
  const sessionParameters = parametersFor("price_poster_a2", SHOP_ID);
  const openSession = async (): Promise<string> =>
    (await stripe.checkout.sessions.create(sessionParameters)).id;
  return {
    name: "the simulated Stripe (set STRIPE_CONTRACT_KEY=sk_test_… for a real sandbox)",
    stripe,
    shopId: SHOP_ID,
    sessionParameters,
    openSession,
    async completedSession() {
      const id = await openSession();
      simulated.buyer.pay(id, { email: "buyer@example.com" });
      return id;
    },
    simulated: { stripe: simulated, clock },
    close: simulated.close,
  };
}

async function openSandbox(
  key: string,
  apiBase: string | undefined,
  completed: string | undefined,
): Promise<StripeAccount> {
  const stripe = stripeClient({ secretKey: key, apiBase }, fetch);
  // Sessions of these tests expire as soon as Stripe allows.
  const expires_at = Math.floor(Date.now() / 1_000) + 45 * 60;
  const shopId = completed === undefined ? SHOP_ID : await shopOf(stripe, completed);
  const sessionParameters = { ...parametersFor(await anyPrice(stripe), shopId), expires_at };
  return {
    name: `the sandbox of STRIPE_CONTRACT_KEY at ${apiBase ?? "https://api.stripe.com"}, ${
      completed === undefined
        ? "without a completed session (STRIPE_CONTRACT_SESSION)"
        : `completed session ${completed}`
    }`,
    stripe,
    shopId,
    sessionParameters,
    openSession: async () => (await stripe.checkout.sessions.create(sessionParameters)).id,
    completedSession: async () => completed,
    simulated: undefined,
    close: () => undefined,
  };
}

function stripeClient(access: { secretKey: string; apiBase?: string | undefined }, fetch: Fetch): Stripe {
  const { secretKey, apiBase } = access;
  const config = {
    secretKey,
    livemode: false,
    apiBase: apiBase === undefined ? undefined : new URL(apiBase),
  };
  return createStripeClient(config, { ...realRuntime(), fetch });
}

function parametersFor(price: string, shopId: string): Stripe.Checkout.SessionCreateParams {
  return {
    mode: "payment",
    line_items: [{ price, quantity: 1 }],
    success_url: "https://shop.example/",
    metadata: markerOf(shopId),
  };
}

/** The shop that sold the session: for any other shop the session would not be its own. */
async function shopOf(stripe: Stripe, sessionId: string): Promise<string> {
  const { metadata } = await stripe.checkout.sessions.retrieve(sessionId);
  const shopId = metadata?.["static_checkout"];
  if (shopId === undefined) throw new Error(`${sessionId} was not opened by a shop of this project.`);
  return shopId;
}

async function anyPrice(stripe: Stripe): Promise<string> {
  const { data } = await stripe.prices.list({ active: true, type: "one_time", limit: 1 });
  if (data[0] !== undefined) return data[0].id;
  const product_data = { name: "Static Checkout contract test" };
  return (await stripe.prices.create({ currency: "eur", unit_amount: 500, product_data })).id;
}
