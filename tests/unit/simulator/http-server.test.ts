import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, test, vi } from "vitest";
import Stripe from "stripe";
import { readCatalogFile } from "../../../simulator/catalog-file.ts";
import { createSimulatorServer } from "../../../simulator/http-server.ts";
import { createSimulatedStripe } from "../../../simulator/simulated-stripe.ts";

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Nothing is intercepted here: both directions use real sockets. */
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

test("answers 413 to a body larger than any Stripe call needs", async () => {
  const { base } = await startServer();
  const response = await fetch(`${base}/v1/refunds`, { method: "POST", body: "x".repeat(1_000_001) });
  expect(response.status).toBe(413);
});

/** Sends the path as it is, which `fetch` would normalize or refuse. */
async function send(base: string, path: string, options: { method?: string; accept?: string } = {}) {
  const { method = "GET", accept = "text/html" } = options;
  const headers = { accept, authorization: "Bearer sk_test_1" };
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const outgoing = request(base, { path, method, headers }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject);
    });
    outgoing.on("error", reject).end();
  });
}

test.for(["/%zz", "/v1/prices/%zz", "/v1/checkout/sessions/%E0%A4"])(
  "E41: the API answers %s with 400 and a message, like Stripe's errors",
  async (path) => {
    const { base } = await startServer();
    const { status, body } = await send(base, path, { accept: "application/json" });
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({
      error: { message: `Invalid request: the URL path ${path} is not valid percent-encoding.` },
    });
  },
);

test.for(["/c/pay/%zz", "/c/receipts/%E0%A4", "http://["])(
  "E41: a browser that asks for %s gets 400 and a page",
  async (path) => {
    const { base } = await startServer();
    const { status, body } = await send(base, path);
    expect({ status, body }).toMatchObject({
      status: 400,
      body: expect.stringContaining("<h1>This address cannot be read</h1>") as string,
    });
  },
);

test("E41: an impossible method is refused, and the simulator keeps running", async () => {
  const { base, stripe } = await startServer();
  expect((await send(base, "/c/pay/x", { method: "TRACE" })).status).toBe(400);
  expect((await send(base, "/c/pay/x", { method: "DELETE" })).status).toBe(405);
  expect((await stripe.checkout.sessions.create(params)).object).toBe("checkout.session");
});

test("E42: a browser that opens the simulator's own address is told where to go", async () => {
  const { base } = await startServer();
  const opened = await send(base, "/");
  expect(opened.status).toBe(404);
  expect(opened.body).toContain("<h1>This is the simulated Stripe</h1>");
  const program = await send(base, "/", { accept: "application/json" });
  expect(JSON.parse(program.body)).toMatchObject({ error: { type: "invalid_request_error" } });
});

test("E42: a page for an unknown payment leads back to the shop", async () => {
  const { base } = await startServer();
  const { status, body } = await send(base, "/c/pay/cs_test_unknown");
  expect(status).toBe(404);
  expect(body).toContain('href="http://shop.test">Back to the shop</a>');
});

test("E42: an internal error gets a page that explains it, and the reason is only in the terminal", async () => {
  const { base, simulated } = await startServer();
  const print = vi.spyOn(console, "error").mockImplementation(() => undefined);
  cleanUps.push(() => print.mockRestore());
  simulated.faults.beforeApi = () => {
    throw new Error("a mistake");
  };
  const { status, body } = await send(base, "/v1/prices", { accept: "application/json" });
  expect(status).toBe(500);
  expect(body).toContain("<h1>The simulated Stripe failed</h1>");
  expect(body).not.toContain("a mistake");
  expect(print).toHaveBeenCalledOnce();
});
