import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parseCatalog } from "../../simulator/catalog.ts";
import { createSimulatedStripe, type SimulatedStripe } from "../../simulator/simulated-stripe.ts";
import type { SimulatedState } from "../../simulator/state/state.ts";
import type { ShopOptions } from "./shop.ts";

export interface LocalStripe {
  simulated: SimulatedStripe;
  /** Replaces the network for the functions' calls to Stripe only: a bucket is the real one. */
  fetch: typeof globalThis.fetch;
  /** The keys that belong to it. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

const KEYS = {
  STRIPE_SECRET_KEY: "sk_test_simulated",
  STRIPE_WEBHOOK_SECRET: "whsec_simulated0000",
  // Empty counts as not set, whatever .env says: the simulated Stripe answers at Stripe's own address.
  STRIPE_API_BASE: "",
};

/**
 * The simulated Stripe beside a shop at `url`; what it knows is kept in the shop's storage folder, if there is one. Its account has the
 * shop's current name.
 */
export async function startLocalStripe(
  url: string,
  {
    root,
    storageFolder,
    shopName,
    print,
  }: Pick<ShopOptions, "root" | "storageFolder" | "print"> & { shopName: () => string },
): Promise<LocalStripe> {
  const file = storageFolder === undefined ? undefined : join(storageFolder, "simulated-stripe.json");
  const storage = file === undefined ? undefined : await openStateFile(file);
  const { products } = parseCatalog(JSON.parse(await readFile(join(root, "simulator/catalog.json"), "utf8")));
  const simulated = createSimulatedStripe({
    catalog: {
      products,
      get businessName() {
        return shopName();
      },
    },
    publicUrl: url,
    webhookEndpoints: [{ url: `${url}/api/webhook`, secret: KEYS.STRIPE_WEBHOOK_SECRET, format: "snapshot" }],
    onNotice: print,
    ...(storage?.initialState !== undefined && { initialState: storage.initialState }),
    ...(storage && { onChange: storage.save }),
  });
  simulated.resume();
  return {
    simulated,
    fetch: (input, init) => {
      const request = new Request(input, init);
      const isForStripe = new URL(request.url).hostname === "api.stripe.com";
      return isForStripe ? simulated.handleApi(request) : globalThis.fetch(request);
    },
    environment: KEYS,
    async close() {
      simulated.close();
      await storage?.saved();
    },
  };
}

interface StateFile {
  initialState: SimulatedState | undefined;
  save(state: SimulatedState): void;
  saved(): Promise<void>;
}

/** One write at a time, always of the latest state, and never half a file. */
async function openStateFile(file: string): Promise<StateFile> {
  await mkdir(join(file, ".."), { recursive: true });
  let latest: SimulatedState | undefined;
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    while (latest !== undefined) {
      const text = JSON.stringify(latest);
      latest = undefined;
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    }
    writing = undefined;
  };

  return {
    initialState: await readState(file),
    save(state) {
      latest = state;
      writing ??= write();
    },
    saved: async () => writing,
  };
}

async function readState(file: string): Promise<SimulatedState | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as SimulatedState;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Error(`${file} cannot be read; delete it to start with a fresh simulated Stripe.`, {
      cause: error,
    });
  }
}
