import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { closeServer, listen } from "../../../cli/dev/listen.ts";
import { startLocalStripe } from "../../../cli/dev/local-stripe.ts";

test("npm run dev reaches the simulated Stripe at Stripe's address, and every other host for real", async () => {
  const server = createServer((request, response) => response.end(`${request.method} of the bucket's own`));
  const bucket = `http://127.0.0.1:${await listen(server, 0)}`;
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const stripe = await startLocalStripe("http://localhost:3000", {
    root,
    storageFolder: undefined,
    shopName: () => "Low Tide",
    print: () => undefined,
  });
  try {
    const headers = { Authorization: `Bearer ${stripe.environment["STRIPE_SECRET_KEY"]}` };
    const prices = await stripe.fetch("https://api.stripe.com/v1/prices?limit=1", { headers });
    expect(await prices.json()).toMatchObject({ object: "list" });
    expect(await (await stripe.fetch(`${bucket}/v1/prices`)).text()).toBe("GET of the bucket's own");
  } finally {
    await stripe.close();
    await closeServer(server);
  }
});
