import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { Context } from "@netlify/functions";
import { afterAll, vi } from "vitest";

import { watchOutput } from "../watch-output.ts";
import { makeDeployableCopy } from "./deployable-copy.ts";
import { testAdapterCases } from "./run-cases.ts";
import { FUNCTION_NAMES, everyVariant, SHOP_ENVIRONMENT } from "./shop-under-test.ts";
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

testAdapterCases({
  stripe,
  choose: everyVariant,
  async send(name, request) {
    const handler = functions.get(name);
    if (handler === undefined) throw new Error(`There is no Netlify function ${name}.`);
    const response = await handler.fetch(toWebRequest(`/.netlify/functions/${name}`, request), {} as Context);
    // A handler may answer HEAD with a body; every HTTP server leaves it out.
    return request.method === "HEAD" ? new Response(null, response) : response;
  },
});
