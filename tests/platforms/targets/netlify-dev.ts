import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { KnownDifferences } from "../../adapters/adapter-case.ts";
import { methodCases } from "../../adapters/cases/methods.ts";
import { reconcileCases } from "../../adapters/cases/reconcile.ts";
import { sendHttp } from "../../adapters/http-client.ts";
import {
  everyVariant,
  firstTwoVariants,
  functionOf,
  SHOP_ENVIRONMENT,
  type ShopUnderTest,
} from "../../adapters/shop-under-test.ts";
import { freePort } from "../free-port.ts";
import { pageTests } from "../pages.ts";
import { adapterTests, type Platform } from "../platform.ts";
import { copyProject } from "../project-copy.ts";
import { runTool, startTool } from "../tool.ts";

/** In production a function gets its body from Lambda, in base64, byte for byte: netlify-build.ts shows it. */
const BODY_DIFFERENCES: KnownDifferences = Object.fromEntries(
  [
    "C01: webhook verifies the exact bytes sent as application/json; charset=iso-8859-1",
    "C01: webhook verifies the exact bytes sent as no content type",
    "C01: webhook does not remove a byte order mark",
    "C01: webhook answers 400 to a signed body that is not UTF-8, and does not repair it",
    "C01: webhook does not inflate a gzipped body whose text was signed",
    "D18: create-checkout-session answers 400 to JSON behind a byte order mark",
    "D18: create-checkout-session answers 400 to text that is not UTF-8, and does not repair it",
  ].map((name) => [
    name,
    {
      reason:
        "`netlify dev` inflates a body and reads it as text in its declared charset before the function gets it.",
      outcome: "fails",
    },
  ]),
);

/** In production only Netlify can call a scheduled function: netlify-build.ts shows what it does then. */
const SCHEDULER_DIFFERENCES: KnownDifferences = Object.fromEntries(
  [...methodCases.filter(({ name }) => /\breconcile\b/.test(name)), ...reconcileCases].map(({ name }) => [
    name,
    {
      reason: "`netlify dev` starts a scheduled function with any method and answers with a text of its own.",
      outcome: "fails",
    },
  ]),
);

const DIFFERENCES: KnownDifferences = { ...BODY_DIFFERENCES, ...SCHEDULER_DIFFERENCES };

/** `netlify dev` on a developer's machine, under both addresses that a function has on Netlify. */
export const netlifyDev: Platform = {
  name: "netlify dev",
  async start(stripe, defer) {
    const { project, remove } = await copyProject();
    defer(remove);
    // An old site may bring this file: the functions must stay at their addresses.
    await writeFile(join(project, "public/_redirects"), "/api/*  /index.html  200\n");
    await runTool("node", ["cli/build.ts"], { cwd: project, env: {} });
    const port = await freePort();
    const { output, stop } = await startTool(
      "netlify",
      ["dev", "--offline", "--no-open", "--internal-disable-edge-functions", "--port", String(port)],
      {
        cwd: project,
        env: { ...SHOP_ENVIRONMENT, STRIPE_API_BASE: await stripe.serve() },
        ready: "Loaded function webhook",
      },
    );
    defer(stop);
    const origin = `http://127.0.0.1:${port}`;
    const send: ShopUnderTest["send"] = (name, request) => sendHttp(`${origin}/api/${name}`, request);
    /** The second address of each function that serves one route. */
    const shopAtFunctions: ShopUnderTest = {
      stripe,
      choose: firstTwoVariants,
      send: (name, request) =>
        functionOf(name) === "shop"
          ? send(name, request)
          : sendHttp(`${origin}/.netlify/functions/${name}`, request),
    };

    return {
      tests: [
        ...adapterTests("/api", { stripe, choose: everyVariant, send }, { differences: DIFFERENCES }),
        ...adapterTests("/.netlify/functions", shopAtFunctions, { differences: DIFFERENCES }),
        {
          name: "I08: functions answer beside _redirects that would take their addresses, and the other redirects still work",
          async run() {
            const health = await sendHttp(`${origin}/api/health`, {});
            assert.match(health.headers.get("content-type") ?? "", /^application\/json/);
            const other = await sendHttp(`${origin}/api/of-the-owner`, {});
            assert.match(other.headers.get("content-type") ?? "", /^text\/html/);
          },
        },
        ...pageTests(origin, project),
      ],
      output,
    };
  },
};
