import { createApp, type App } from "../../core/app.ts";
import { createJsonLog } from "../../core/log/log.ts";
import type { ShopDefinition } from "../../core/shop-definition/shop-definition.ts";
import type { Mail } from "../../core/mail/mailer.ts";
import { createDynamodbStorage } from "../../core/stores/dynamodb-storage.ts";
import type { Storage } from "../../core/stores/storage.ts";
import catalog from "../../simulator/catalog.json" with { type: "json" };
import { parseCatalog } from "../../simulator/catalog.ts";
import { createSimulatedStripe, type SimulatedStripe } from "../../simulator/simulated-stripe.ts";
import { openAsBrowser } from "../support/purchase.ts";
import { ENVIRONMENT, signedWebhook } from "../support/test-shop.ts";
import { watchOutput } from "../support/watch-output.ts";
import { siteOf } from "../support/test-site.ts";
import type { OrderTable } from "./order-table.ts";

export interface ShopOnTable {
  app: App;
  stripe: SimulatedStripe;
  storage: Storage;
  /** Each with the idempotency key that it was sent under. */
  mails: (Mail & { key: string })[];
  /** Added to the real time, in ms. */
  clock: { aheadMs: number };
  /** An unpaid session. */
  openSession(priceId?: string): Promise<string>;
  /** A session that was just paid; the shop has not been told yet. */
  paidSession(): Promise<string>;
  /** Delivers an event about the session; the same session and type make the same event. */
  notify(sessionId: string, type?: string): Promise<Response>;
  /** The success page asks. */
  status(sessionId: string): Promise<Response>;
}

/** The shipped handlers, with orders in a DynamoDB table and Stripe simulated in this process. */
export function openShopOnTable(
  table: OrderTable,
  mailer?: (mail: Mail) => Promise<void>,
  owner: { environment?: Record<string, string>; definition?: ShopDefinition } = {},
): ShopOnTable {
  const clock = { aheadMs: 0 };
  const now = (): number => Date.now() + clock.aheadMs;
  const stripe = createSimulatedStripe({
    catalog: parseCatalog(catalog),
    publicUrl: "https://checkout.stripe.com",
    now,
  });
  const storage = createDynamodbStorage(table.client, table.name, { livemode: false, shopId: "1" });
  const mails: ShopOnTable["mails"] = [];
  const app = createApp({ ...ENVIRONMENT, ...owner.environment }, siteOf(owner.definition), {
    post: async () => ({ status: 200 }),
    now,
    storage,
    fetch: stripe.fetch,
    log: createJsonLog(watchOutput, now),
    mailer: {
      async send(mail, { idempotencyKey }) {
        await mailer?.(mail);
        mails.push({ ...mail, key: idempotencyKey });
      },
    },
  });

  const openSession = async (priceId?: string): Promise<string> =>
    (await openAsBrowser(app, priceId)).sessionId;

  return {
    app,
    stripe,
    storage,
    mails,
    clock,

    openSession,

    async paidSession() {
      const sessionId = await openSession();
      stripe.buyer.pay(sessionId);
      return sessionId;
    },

    notify: (sessionId, type = "checkout.session.completed") =>
      app.webhook(signedWebhook(eventBody(sessionId, type), now())),

    status: (sessionId) =>
      app.orderStatus(new Request(`https://shop.example/api/order-status?session_id=${sessionId}`)),
  };
}

function eventBody(sessionId: string, type: string): string {
  const id = `evt_${type.replaceAll(".", "_")}_${sessionId.slice(-12)}`;
  return JSON.stringify({ object: "event", id, type, livemode: false, data: { object: { id: sessionId } } });
}
