import { randomBytes } from "node:crypto";

import { createPriceCatalog } from "./checkout/price-catalog.ts";
import { ConfigError, parseConfig, type Config, type Environment } from "./config.ts";
import { createMailStep } from "./fulfillment/mail-step.ts";
import { createRecordStep } from "./fulfillment/record-step.ts";
import { endpoint, type Handler, type Route } from "./http/endpoint.ts";
import { HttpError } from "./http/http-error.ts";
import { createJsonLog, type Log } from "./log.ts";
import type { Mailer } from "./mail/mailer.ts";
import type { OrderStore } from "./orders/order-store.ts";
import type { SettleDependencies } from "./orders/settle-order.ts";
import type { Schedule } from "./orders/with-timeout.ts";
import { createCheckoutSessionRoute } from "./routes/create-checkout-session.ts";
import { createOrderStatusRoute } from "./routes/order-status.ts";
import { createWebhookRoute } from "./routes/webhook.ts";
import { createStripeOrderStore } from "./stores/stripe-order-store.ts";
import { createStripeClient } from "./stripe/client.ts";

/** One handler per function, ready for either host: a web `Request` in, a `Response` out. */
export interface App {
  createCheckoutSession: Handler;
  webhook: Handler;
  orderStatus: Handler;
}

/** The outside world. Every part can be replaced, so that tests and simulation run this very code. */
export interface Surroundings {
  fetch: typeof globalThis.fetch;
  now: () => number;
  randomId: () => string;
  schedule: Schedule;
  log: Log;
  /** Undefined: nobody is mailed, and the log says so. */
  mailer: Mailer | undefined;
  /** Undefined: the store that the configuration asks for. */
  store: OrderStore | undefined;
}

/**
 * Composition root: from the environment to handlers. A wrong environment does not throw here, because a host would show a
 * stranger the crash: every request gets a neutral 500, and the log gets a sentence per wrong variable.
 */
export function createApp(environment: Environment, replacements: Partial<Surroundings> = {}): App {
  const surroundings = { ...realSurroundings(), ...replacements };
  try {
    return assemble(parseConfig(environment), surroundings);
  } catch (error) {
    if (error instanceof ConfigError) return misconfigured(error, surroundings);
    throw error;
  }
}

function assemble(config: Config, surroundings: Surroundings): App {
  const { log, now, schedule, randomId } = surroundings;
  const { livemode, webhookSecrets } = config.stripe;
  // Called through `surroundings` at each request, so that a stand-in for fetch may come later than the app.
  const stripe = createStripeClient(config.stripe, (input, init) => surroundings.fetch(input, init));

  const settling = once(async (): Promise<SettleDependencies> => {
    const store = surroundings.store ?? (await chooseStore());
    const steps = [createRecordStep(store, now), createMailStep(surroundings.mailer, config.siteUrl, log)];
    return { stripe, store, steps, livemode, now, randomId, schedule, log };
  });

  /** The AWS SDK is loaded only where it is needed: it would triple the time a function takes to start. */
  async function chooseStore(): Promise<OrderStore> {
    if (config.dynamodb === undefined) return createStripeOrderStore(stripe, livemode, now);
    const { createDynamodbClient } = await import("./stores/dynamodb-client.ts");
    const { createDynamodbOrderStore } = await import("./stores/dynamodb-order-store.ts");
    return createDynamodbOrderStore(createDynamodbClient(config.dynamodb), config.dynamodb.table, livemode);
  }

  const catalog = createPriceCatalog(stripe);
  const serve = (route: Route): Handler => endpoint(route, surroundings);
  return {
    createCheckoutSession: serve(
      createCheckoutSessionRoute({ stripe, catalog, siteUrl: config.siteUrl, log }),
    ),
    webhook: serve(createWebhookRoute({ stripe, webhookSecrets, livemode, now, settling })),
    orderStatus: serve(createOrderStatusRoute({ settling })),
  };
}

function misconfigured(error: ConfigError, surroundings: Surroundings): App {
  const serve = (name: string, method: Route["method"]): Handler =>
    endpoint(
      {
        name,
        method,
        handle: async () => {
          for (const problem of error.problems) surroundings.log.error("configuration_wrong", { problem });
          throw new HttpError(
            500,
            "shop_not_configured",
            "The shop cannot take orders right now. Please try again later.",
          );
        },
      },
      surroundings,
    );
  return {
    createCheckoutSession: serve("create-checkout-session", "POST"),
    webhook: serve("webhook", "POST"),
    orderStatus: serve("order-status", "GET"),
  };
}

function realSurroundings(): Surroundings {
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    now: Date.now,
    randomId: () => randomBytes(12).toString("base64url"),
    schedule: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    log: createJsonLog((line) => console.log(line), Date.now),
    mailer: undefined,
    store: undefined,
  };
}

/** Runs `make` at the first call and again only after it failed. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
