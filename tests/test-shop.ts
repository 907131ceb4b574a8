import { createHmac } from "node:crypto";

import { setupServer } from "msw/node";

import { createApp, type App } from "../core/app.ts";
import type { Site } from "../core/site.ts";
import type { Surroundings } from "../core/surroundings.ts";
import type { Engine } from "../core/stores/engine.ts";
import { createJsonLog } from "../core/log.ts";
import type { Mail, Mailer } from "../core/mail/mailer.ts";
import type { OrderStore } from "../core/orders/order-store.ts";
import { createMemoryEngine } from "../core/stores/memory-engine.ts";
import catalog from "../simulator/catalog.json" with { type: "json" };
import { parseCatalog } from "../simulator/catalog.ts";
import type { Permission } from "../simulator/api/permissions.ts";
import { createSimulatedStripe, type SimulatedStripe } from "../simulator/simulated-stripe.ts";
import { siteOf } from "./test-site.ts";

const WEBHOOK_SECRET = "whsec_testsecret";
const RESTRICTED_KEY = "rk_test_restricted";
export const ENVIRONMENT = {
  STRIPE_SECRET_KEY: "sk_test_simulated",
  STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  SITE_URL: "https://shop.example",
  // All tests of a file buy from one place.
  CHECKOUTS_PER_MINUTE: "1000",
  CHECKOUTS_PER_MINUTE_TOTAL: "1000",
};

export interface TestShop {
  app: App;
  stripe: SimulatedStripe;
  /** Unused when the shop keeps its orders in Stripe. */
  engine: Engine;
  store: OrderStore;
  mails: Mail[];
  /** The log's lines, parsed. */
  log: Record<string, unknown>[];
  /** Virtual time in ms; add to it to let time pass. Timers fire at once. */
  clock: { nowMs: number };
  /** Opens a session through the shop's own endpoint and resolves to its id. */
  openSession(priceId?: string): Promise<string>;
  /** Sends a signed webhook about a session. */
  notify(sessionId: string, type?: string): Promise<Response>;
  /** What the success page is told. */
  status(sessionId: string): Promise<{ status: number; body: Record<string, unknown> }>;
  close(): void;
}

/**
 * The shipped handlers around a memory store (or the engine inside Stripe), with the simulated Stripe behind MSW. Mails are
 * collected, and `replace` swaps any part of the surroundings.
 */
export function openTestShop(
  options: {
    site?: Site;
    engine?: "memory" | "stripe";
    replace?: Partial<Surroundings>;
    environment?: Record<string, string>;
    /** The shop's key is a restricted one that may do no more than this. */
    permissions?: readonly Permission[];
  } = {},
): TestShop {
  const clock = { nowMs: Date.UTC(2026, 10, 21, 12) };
  const now = (): number => clock.nowMs;
  const stripe = createSimulatedStripe({
    catalog: parseCatalog(catalog),
    publicUrl: "https://checkout.stripe.com",
    now,
    delayedPaymentMs: 7 * 24 * 3_600_000,
    ...(options.permissions && { restrictedKeys: { [RESTRICTED_KEY]: options.permissions } }),
    // Nothing happens by itself: tests let time pass.
    schedule: () => () => undefined,
  });
  const network = setupServer(...stripe.handlers);
  network.listen({ onUnhandledFrame: "error" });

  let closed = false;
  const mails: Mail[] = [];
  const mailer: Mailer = { send: async (mail) => void mails.push(mail) };
  const log: Record<string, unknown>[] = [];
  const memory = createMemoryEngine();
  const app = createApp(
    {
      ...ENVIRONMENT,
      ...(options.permissions && { STRIPE_SECRET_KEY: RESTRICTED_KEY }),
      ...options.environment,
    },
    options.site ?? siteOf(),
    {
      now,
      mailer,
      log: createJsonLog((line) => void log.push(JSON.parse(line) as Record<string, unknown>), now),
      ...(options.engine !== "stripe" && { engine: memory }),
      ...options.replace,
    },
  );

  return {
    app,
    stripe,
    engine: memory,
    store: memory.orders,
    mails,
    log,
    clock,

    async openSession(priceId = "price_poster_a2") {
      const response = await app.createCheckoutSession(
        new Request("https://shop.example/api/create-checkout-session", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ price_id: priceId }),
        }),
      );
      const { url } = (await response.json()) as { url: string };
      return /cs_test_\w+/.exec(url)?.[0] ?? url;
    },

    notify(sessionId, type = "checkout.session.completed") {
      const event = {
        object: "event",
        id: `evt_${type}`,
        type,
        livemode: false,
        data: { object: { id: sessionId } },
      };
      return app.webhook(signedWebhook(JSON.stringify(event), clock.nowMs));
    },

    async status(sessionId) {
      const response = await app.orderStatus(
        new Request(`https://shop.example/api/order-status?session_id=${sessionId}`),
      );
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },

    close() {
      if (closed) return;
      closed = true;
      network.close();
      stripe.close();
    },
  };
}

export function signedWebhook(body: string, nowMs: number, secret = WEBHOOK_SECRET): Request {
  const seconds = Math.floor(nowMs / 1000);
  const signature = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return new Request("https://shop.example/api/webhook", {
    method: "POST",
    headers: { "Stripe-Signature": `t=${seconds},v1=${signature}` },
    body,
  });
}
