import Stripe from "stripe";
import { expect, test } from "vitest";
import { readCatalogFile } from "../../../simulator/catalog-file.ts";
import { createSimulatedStripe } from "../../../simulator/simulated-stripe.ts";

const simulated = createSimulatedStripe({ catalog: readCatalogFile(), publicUrl: "http://shop.test" });
const { fetch } = simulated;
const PRICE = "https://api.stripe.com/v1/prices/price_poster_a2";
const headers = { Authorization: "Bearer sk_test_123" };

test("serves the SDK without a socket", async () => {
  const httpClient = Stripe.createFetchHttpClient(fetch);
  const stripe = new Stripe("sk_test_123", { httpClient, telemetry: false });
  expect(await stripe.prices.retrieve("price_poster_a2")).toMatchObject({ unit_amount: 3200 });
});

test("throws where a connection would break", async () => {
  simulated.faults.beforeApi = () => Response.error();
  await expect(fetch(PRICE, { headers })).rejects.toThrow(TypeError);
  simulated.faults.beforeApi = undefined;
  expect((await fetch(PRICE, { headers })).status).toBe(200);
});

test("aborts a request whose caller gives up, before or after it was sent", async () => {
  simulated.faults.beforeApi = () => new Promise(() => undefined);
  const leaving = new AbortController();
  const answer = fetch(PRICE, { headers, signal: leaving.signal });
  leaving.abort(new Error("out of time"));
  await expect(answer).rejects.toThrow("out of time");
  await expect(fetch(PRICE, { headers, signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: "AbortError",
  });
  simulated.faults.beforeApi = undefined;
});

test.for(["https://api.stripe.com.evil.example/v1/prices", "https://example.com/", "http://127.0.0.1/pay"])(
  "refuses every host but Stripe: %s",
  async (url) => {
    await expect(fetch(url)).rejects.toThrow("only Stripe is simulated");
  },
);
