import catalog from "../../simulator/catalog.json" with { type: "json" };
import { parseCatalog } from "../../simulator/catalog.ts";
import { createSimulatorServer } from "../../simulator/http-server.ts";
import {
  createSimulatedStripe,
  type SimulatedStripe,
  type SimulatedStripeOptions,
} from "../../simulator/simulated-stripe.ts";
import { CANARY_BUYER, CANARY_KEYS } from "../support/canaries.ts";
import { closeServer, listen } from "../../cli/dev/listen.ts";

export interface LocalStripe {
  simulated: SimulatedStripe;
  /** For STRIPE_API_BASE. */
  url: string;
  /** A session of the shop that was just paid, and Stripe's event about it. Nothing is delivered. */
  paidSession(details?: {
    price?: string;
  }): Promise<{ sessionId: string; event: { id: string; body: string } }>;
  close(): Promise<void>;
}

/** The simulated Stripe in this process, reached over HTTP from others. */
export async function startLocalStripe(
  options: Pick<SimulatedStripeOptions, "restrictedKeys"> = {},
): Promise<LocalStripe> {
  const simulated = createSimulatedStripe({
    catalog: parseCatalog(catalog),
    publicUrl: "https://checkout.stripe.com",
    ...options,
  });
  const server = createSimulatorServer(simulated);
  const url = `http://127.0.0.1:${await listen(server, 0)}`;

  const call = async (path: string, parameters?: Record<string, string>): Promise<unknown> => {
    const response = await simulated.handleApi(
      new Request(`${url}${path}`, {
        method: parameters === undefined ? "GET" : "POST",
        headers: { Authorization: `Bearer ${CANARY_KEYS.stripe}` },
        ...(parameters && { body: new URLSearchParams(parameters) }),
      }),
    );
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`Simulated Stripe: ${JSON.stringify(answer)}`);
    return answer;
  };

  return {
    simulated,
    url,
    async paidSession({ price = "price_poster_a2" } = {}) {
      const { id: sessionId } = (await call("/v1/checkout/sessions", {
        mode: "payment",
        "line_items[0][price]": price,
        "line_items[0][quantity]": "1",
        success_url: "https://shop.example/",
        "metadata[static_checkout]": "1",
      })) as { id: string };
      simulated.buyer.pay(sessionId, { email: CANARY_BUYER.email, name: CANARY_BUYER.name });
      const { data } = (await call("/v1/events?type=checkout.session.completed&limit=1")) as {
        data: { id: string; data: { object: { id: string } } }[];
      };
      const [event] = data;
      if (event?.data.object.id !== sessionId) throw new Error(`There is no event about ${sessionId}.`);
      return { sessionId, event: { id: event.id, body: JSON.stringify(event) } };
    },
    async close() {
      simulated.close();
      await closeServer(server);
    },
  };
}
