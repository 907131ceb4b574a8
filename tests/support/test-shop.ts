import { createHmac } from "node:crypto";

import { createApp, type App } from "../../core/app.ts";
import { parseConfig } from "../../core/config/config.ts";
import type { Site } from "../../core/shop-definition/site.ts";
import { openShop, type Services } from "../../core/services.ts";
import { realRuntime } from "../../core/runtime.ts";
import type { ShopRuntime } from "../../core/services.ts";
import type { Storage } from "../../core/stores/storage.ts";
import { createJsonLog } from "../../core/log/log.ts";
import type { Mail, Mailer } from "../../core/mail/mailer.ts";
import type { OrderStore } from "../../core/orders/order-store.ts";
import { createMemoryStorage } from "../../core/stores/memory-storage.ts";
import catalog from "../../simulator/catalog.json" with { type: "json" };
import { parseCatalog, type Catalog } from "../../simulator/catalog.ts";
import type { Permission } from "../../simulator/api/permissions.ts";
import { createSimulatedStripe, type SimulatedStripe } from "../../simulator/simulated-stripe.ts";
import { withCheckedAnswers } from "./api-answers.ts";
import { CANARY_KEYS } from "./canaries.ts";
import { openAsBrowser } from "./purchase.ts";
import { watchOutput } from "./watch-output.ts";
import { siteOf } from "./test-site.ts";

const WEBHOOK_SECRET = CANARY_KEYS.webhook;
const RESTRICTED_KEY = CANARY_KEYS.restricted;
export const ENVIRONMENT = {
  STRIPE_SECRET_KEY: CANARY_KEYS.stripe,
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
  storage: Storage;
  store: OrderStore;
  mails: Mail[];
  /** The log's lines, parsed. */
  log: Record<string, unknown>[];
  /** Virtual time in ms; add to it to let time pass. Waits and timeouts take real time. */
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
 * The shipped handlers around a memory store (or the storage inside Stripe), with the simulated Stripe in place of the network:
 * a request to any other host fails. Mails are collected, and `replace` swaps any part of the runtime.
 */
export function openTestShop(
  options: {
    site?: Site;
    engine?: "memory" | "stripe";
    replace?: Partial<ShopRuntime>;
    environment?: Record<string, string>;
    /** The shop's key is a restricted one with only these permissions. */
    permissions?: readonly Permission[];
    /** What the simulated account sells, in place of the demo's catalog. */
    catalog?: Catalog;
    /** How long a bank debit takes. */
    delayedPaymentMs?: number;
    /** The account is a newer one. */
    managedPaymentsByDefault?: boolean;
  } = {},
): TestShop {
  const clock = { nowMs: Date.UTC(2026, 10, 21, 12) };
  const now = (): number => clock.nowMs;
  const stripe = createSimulatedStripe({
    catalog: options.catalog ?? parseCatalog(catalog),
    publicUrl: "https://checkout.stripe.com",
    now,
    delayedPaymentMs: options.delayedPaymentMs ?? 7 * 24 * 3_600_000,
    managedPaymentsByDefault: options.managedPaymentsByDefault ?? false,
    ...(options.permissions && { restrictedKeys: { [RESTRICTED_KEY]: options.permissions } }),
    // No timer fires by itself: tests let time pass.
    schedule: () => () => undefined,
  });
  const mails: Mail[] = [];
  const mailer: Mailer = { send: async (mail) => void mails.push(mail) };
  const log: Record<string, unknown>[] = [];
  const memory = createMemoryStorage();
  const app = withCheckedAnswers(
    createApp(
      {
        ...ENVIRONMENT,
        ...(options.permissions && { STRIPE_SECRET_KEY: RESTRICTED_KEY }),
        ...options.environment,
      },
      options.site ?? siteOf(),
      {
        now,
        fetch: stripe.fetch,
        mailer,
        log: createJsonLog((line) => {
          watchOutput(line);
          log.push(JSON.parse(line) as Record<string, unknown>);
        }, now),
        ...(options.engine !== "stripe" && { storage: memory }),
        ...options.replace,
      },
    ),
  );

  return {
    app,
    stripe,
    storage: memory,
    store: memory.orders,
    mails,
    log,
    clock,

    openSession: async (priceId) => (await openAsBrowser(app, priceId)).sessionId,

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

    close: stripe.close,
  };
}

export function signedWebhook(body: string, nowMs: number, secret: string = WEBHOOK_SECRET): Request {
  const seconds = Math.floor(nowMs / 1000);
  const signature = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return new Request("https://shop.example/api/webhook", {
    method: "POST",
    headers: { "Stripe-Signature": `t=${seconds},v1=${signature}` },
    body,
  });
}

/** The dependencies of a second instance of this shop's routes, for tests that call the code behind them. */
export function servicesOf(
  { clock, mails, storage, stripe }: TestShop,
  replacements: Partial<ShopRuntime> = {},
  environment: Record<string, string> = {},
  site: Site = siteOf(),
): Promise<Services> {
  const runtime = {
    ...realRuntime(),
    now: () => clock.nowMs,
    fetch: stripe.fetch,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    mailer: { send: async (mail: Mail) => void mails.push(mail) },
    storage,
    ...replacements,
  };
  return openShop(parseConfig({ ...ENVIRONMENT, ...environment }), site, runtime).loadServices();
}
