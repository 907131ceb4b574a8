import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { Context } from "@netlify/functions";
import { afterAll, vi } from "vitest";

import { watchOutput } from "../support/watch-output.ts";
import { makeDeployableCopy } from "./deployable-copy.ts";
import { limitCases } from "./cases/limits.ts";
import { testAdapterCases, testCases } from "./run-cases.ts";
import {
  FUNCTION_NAMES,
  functionOf,
  everyVariant,
  nextAddress,
  SHOP_ENVIRONMENT,
  type ShopUnderTest,
} from "./shop-under-test.ts";
import { createTestStripe } from "./test-stripe.ts";
import { toWebRequest } from "./web-request.ts";

interface NetlifyFunction {
  default: { fetch(request: Request, context: Context): Promise<Response> };
}

// netlify/functions/*.ts called as Netlify's runtime calls them. The bundle reads the environment when it is imported.
const stripe = await createTestStripe();
const { folder, remove } = await makeDeployableCopy();
for (const [name, value] of Object.entries({ ...SHOP_ENVIRONMENT, STRIPE_API_BASE: await stripe.serve() })) {
  vi.stubEnv(name, value);
}
vi.spyOn(console, "log").mockImplementation(watchOutput);

const functions = new Map<string, NetlifyFunction["default"]>();
for (const name of FUNCTION_NAMES) {
  const file = join(folder, "netlify/functions", `${name}.ts`);
  functions.set(name, ((await import(pathToFileURL(file).href)) as NetlifyFunction).default);
}

afterAll(async () => {
  await stripe.close();
  await remove();
});

const shop: ShopUnderTest = {
  stripe,
  choose: everyVariant,
  scheduler: "host",
  async send(name, request) {
    const handler = functions.get(functionOf(name));
    if (handler === undefined) throw new Error(`There is no Netlify function ${name}.`);
    // Only the context says where it comes from, no header does.
    const context = { ip: request.from ?? nextAddress() } as Context;
    const response = await handler.fetch(toWebRequest(`/api/${name}`, request), context);
    // A handler may answer HEAD with a body; every HTTP server drops it.
    return request.method === "HEAD" ? new Response(null, response) : response;
  },
};

testAdapterCases(shop);
testCases(limitCases, shop);
