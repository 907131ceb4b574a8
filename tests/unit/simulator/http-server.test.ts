import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import Stripe from "stripe";
import { readCatalogFile } from "../../../simulator/catalog-file.ts";
import { createSimulatorServer } from "../../../simulator/http-server.ts";
import { createSimulatedStripe } from "../../../simulator/simulated-stripe.ts";

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Nothing is intercepted here: real sockets both ways. */
async function startServer() {
  const simulated = createSimulatedStripe({ catalog: readCatalogFile(), publicUrl: "http://shop.test" });
  const server = createSimulatorServer(simulated);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(
    () => simulated.close(),
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const { port } = server.address() as AddressInfo;
  const options = {
    host: "127.0.0.1",
    port,
    protocol: "http",
    telemetry: false,
    maxNetworkRetries: 0,
  } as const;
  return { simulated, base: `http://127.0.0.1:${port}`, stripe: new Stripe("sk_test_1", options) };
}

const params: Stripe.Checkout.SessionCreateParams = {
  mode: "payment",
  line_items: [{ price: "price_ebook_tides", quantity: 1 }],
  success_url: "http://shop.test/success.html",
};

test("serves the SDK, the payment page and its style sheet over real HTTP", async () => {
  const { stripe, base } = await startServer();
  const session = await stripe.checkout.sessions.create(params);
  const page = await fetch(base + new URL(session.url ?? "").pathname);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("The Tide Reader");
  const style = await fetch(`${base}/c/assets/checkout.css`);
  expect(style.headers.get("content-type")).toBe("text/css; charset=utf-8");
});

test("breaks the connection when a fault asks for it", async () => {
  const { stripe, simulated } = await startServer();
  simulated.faults.beforeApi = () => Response.error();
  await expect(stripe.checkout.sessions.create(params)).rejects.toMatchObject({
    type: "StripeConnectionError",
  });
});

test("answers 413 to a body no Stripe call needs", async () => {
  const { base } = await startServer();
  const response = await fetch(`${base}/v1/refunds`, { method: "POST", body: "x".repeat(1_000_001) });
  expect(response.status).toBe(413);
});
