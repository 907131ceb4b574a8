import { readFile } from "node:fs/promises";

import { parseCatalog } from "../../simulator/catalog.ts";
import { createSimulatorServer } from "../../simulator/http-server.ts";
import { createSimulatedStripe, type SimulatedStripe } from "../../simulator/simulated-stripe.ts";
import { closeServer, listen } from "../../cli/dev/listen.ts";
import { REQUIRED_PERMISSIONS } from "../support/required-permissions.ts";
import { SHOP_ENVIRONMENT, WEBHOOK_SECRETS, type AdapterRequest } from "./shop-under-test.ts";

/** The simulated Stripe without deliveries: a case fetches its webhooks and sends them through the adapter itself. */
export interface TestStripe extends Pick<
  SimulatedStripe,
  "buyer" | "account" | "calls" | "faults" | "state" | "handleApi" | "fetch"
> {
  /** The webhook about this session as Stripe sends it, signed with every valid secret. */
  webhook(sessionId: string, type: string, format?: "snapshot" | "thin"): Promise<AdapterRequest>;
  /** Serves the API on loopback, for functions in other processes; resolves to its address. */
  serve(): Promise<string>;
  close(): Promise<void>;
}

const CATALOG = new URL("../../simulator/catalog.json", import.meta.url);

/** Endpoints of these names; nothing is ever sent there. */
const ENDPOINTS = { snapshot: "https://shop.example/snapshot", thin: "https://shop.example/thin" } as const;

interface HeldWebhook {
  url: string;
  request: AdapterRequest;
  event: { type: string; data?: { object: { id: string } }; related_object?: { id: string } };
}

export async function createTestStripe(): Promise<TestStripe> {
  const held: HeldWebhook[] = [];
  const secret = [WEBHOOK_SECRETS.current, WEBHOOK_SECRETS.previous];
  const simulated = createSimulatedStripe({
    catalog: parseCatalog(JSON.parse(await readFile(CATALOG, "utf8"))),
    publicUrl: "https://checkout.stripe.example",
    webhookEndpoints: [
      { url: ENDPOINTS.snapshot, secret, format: "snapshot" },
      { url: ENDPOINTS.thin, secret, format: "thin" },
    ],
    restrictedKeys: { [SHOP_ENVIRONMENT.STRIPE_SECRET_KEY]: REQUIRED_PERMISSIONS },
    // The bank answers when a case says so.
    delayedPaymentMs: 3_600_000,
    async send(url, { headers, body }) {
      const event = JSON.parse(body) as HeldWebhook["event"];
      held.push({ url, event, request: { method: "POST", headers, body: new TextEncoder().encode(body) } });
      return new Response(null, { status: 200 });
    },
  });
  const server = createSimulatorServer(simulated);

  return {
    buyer: simulated.buyer,
    account: simulated.account,
    faults: simulated.faults,
    state: simulated.state,
    handleApi: simulated.handleApi,
    fetch: simulated.fetch,
    calls: simulated.calls,
    async webhook(sessionId, type, format = "snapshot") {
      await simulated.deliveriesSettled();
      const found = held.findLast(
        ({ url, event }) =>
          url === ENDPOINTS[format] &&
          (event.data?.object.id ?? event.related_object?.id) === sessionId &&
          event.type.replace(/^v1\./, "") === type,
      );
      if (found === undefined) throw new Error(`Stripe sent no ${format} ${type} about ${sessionId}.`);
      return found.request;
    },
    serve: async () => `http://127.0.0.1:${await listen(server, 0)}`,
    async close() {
      simulated.close();
      await closeServer(server);
    },
  };
}
