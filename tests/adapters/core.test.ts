import { createServer } from "node:http";

import { createRequestListener } from "@remix-run/node-fetch-server";
import { afterAll } from "vitest";

import { createApp } from "../../core/app.ts";
import { createJsonLog } from "../../core/log/log.ts";
import { closeServer, listen } from "../../cli/dev/listen.ts";
import shop from "../../shop.config.ts";
import { watchOutput } from "../support/watch-output.ts";
import { siteOf } from "../support/test-site.ts";
import { ROOT } from "./deployable-copy.ts";
import { sendHttp } from "./http-client.ts";
import { testAdapterCases } from "./run-cases.ts";
import { everyVariant, ONE_BUYER_FOR_ALL, SHOP_ENVIRONMENT } from "./shop-under-test.ts";
import { createTestStripe } from "./test-stripe.ts";

// core/ itself behind a plain web server: no host may add to or take from what it does.
const stripe = await createTestStripe();
const app = createApp({ ...SHOP_ENVIRONMENT, ...ONE_BUYER_FOR_ALL }, siteOf(shop), {
  projectFolder: ROOT,
  fetch: stripe.fetch,
  log: createJsonLog(watchOutput, Date.now),
});
const server = createServer(createRequestListener((request) => app.fetch(request)));
const port = await listen(server, 0);

afterAll(async () => {
  await closeServer(server);
  await stripe.close();
});

testAdapterCases({
  stripe,
  choose: everyVariant,
  send: (name, request) => sendHttp(`http://127.0.0.1:${port}/api/${name}`, request),
});
