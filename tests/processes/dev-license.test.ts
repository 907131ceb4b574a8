import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, expect, test } from "vitest";

import { readLicenseKeys } from "../../core/config/licenses.ts";
import { createLicenseSigner } from "../../core/delivery/licenses/license-signer.ts";
import { startShop, type Shop } from "../../cli/dev/shop.ts";
import { KEYS } from "../licenses/license-shop.ts";

// The demo shop as `npm run dev` opens it, over HTTP, with its simulated Stripe.
const storageFolder = await mkdtemp(join(tmpdir(), "dev-license-"));
afterAll(() => rm(storageFolder, { recursive: true }));

const openDevShop = (environment = {}): Promise<Shop> =>
  startShop({
    root: fileURLToPath(new URL("../..", import.meta.url)),
    port: 0,
    environment,
    storageFolder,
    engine: "stripe",
    print: () => undefined,
  });

async function buyApp({ url, simulatedStripe }: Shop): Promise<string> {
  const response = await fetch(`${url}/api/create-checkout-session`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: '{"price_id":"price_app_license"}',
  });
  const { url: checkoutUrl } = (await response.json()) as { url: string };
  const [orderId = ""] = /cs_test_\w+/.exec(checkoutUrl) ?? [];
  simulatedStripe?.buyer.pay(orderId);
  await simulatedStripe?.deliveriesSettled();
  return orderId;
}

function keyOf({ environment, simulatedStripe }: Shop, orderId: string): string {
  const { keys } = readLicenseKeys({ LICENSE_PRIVATE_KEY: environment["LICENSE_PRIVATE_KEY"] ?? "" });
  const createdMs = (simulatedStripe?.state().checkoutSessions[orderId]?.created ?? 0) * 1000;
  return createLicenseSigner(keys).issue({ orderId, livemode: false, createdMs }, "ebb", 1);
}

async function statusOf({ url }: Shop, key: string): Promise<unknown> {
  const response = await fetch(`${url}/api/license`, { method: "POST", body: JSON.stringify({ key }) });
  return ((await response.json()) as { status: unknown }).status;
}

test("npm run dev makes a throwaway secret once, so that an order has the same license key after a restart", async () => {
  const first = await openDevShop();
  const orderId = await buyApp(first);
  const key = keyOf(first, orderId);
  expect(key).toMatch(/^TESTLICENSE1-[0-9a-f]{8}-\d{8}-1-ebb\./);
  expect(await statusOf(first, key)).toBe("valid");
  await first.close();
  // Only the user of the machine may read it.
  expect((await stat(join(storageFolder, "license-key"))).mode & 0o077).toBe(0);

  const again = await openDevShop();
  expect(keyOf(again, orderId)).toBe(key);
  expect(await statusOf(again, key)).toBe("valid");
  await again.close();
});

test("npm run dev uses the secret of .env if there is one", async () => {
  const shop = await openDevShop({ LICENSE_PRIVATE_KEY: KEYS.first.secret });
  expect(shop.environment["LICENSE_PRIVATE_KEY"]).toBe(KEYS.first.secret);
  await shop.close();
});
