import assert from "node:assert/strict";

import { afterAll, test } from "vitest";

import { findCanaries } from "../support/canaries.ts";
import { makeDeployableCopy } from "./deployable-copy.ts";
import { sendHttp } from "./http-client.ts";
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
import { LAUNCHER_DIFFERENCES, launchVercelFunction, type LaunchedFunction } from "./vercel-launcher.ts";

// api/*.ts as @vercel/node runs them: its loader and its launcher, one process per function.
const stripe = await createTestStripe();
const { folder, remove } = await makeDeployableCopy();
const env = {
  ...SHOP_ENVIRONMENT,
  VERCEL: "1",
  VERCEL_ENV: "development",
  STRIPE_API_BASE: await stripe.serve(),
};

const functions = new Map<string, LaunchedFunction>();
for (const name of FUNCTION_NAMES) {
  functions.set(name, await launchVercelFunction({ folder, entrypoint: `api/${name}.ts`, env }));
}

afterAll(async () => {
  for (const launched of functions.values()) await launched.stop();
  await stripe.close();
  await remove();
});

const shop: ShopUnderTest = {
  stripe,
  choose: everyVariant,
  send(name, request) {
    // Vercel's proxy puts the caller's address into this header, whatever the caller wrote there.
    const headers = { ...request.headers, "X-Real-IP": request.from ?? nextAddress() };
    return sendHttp(`${functions.get(functionOf(name))?.origin}/api/${name}`, { ...request, headers });
  },
};

testAdapterCases(shop, LAUNCHER_DIFFERENCES);
testCases(limitCases, shop);

test("C15: the functions' logs hold no buyer's name, no address and no secret", () => {
  const log = [...functions.values()].map((launched) => launched.output()).join("");
  assert.ok(log.includes('"outcome":"fulfilled"'), "no order was fulfilled");
  assert.deepEqual(findCanaries(log), []);
});
