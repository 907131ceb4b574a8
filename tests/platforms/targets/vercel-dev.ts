import type { KnownDifferences } from "../../adapters/adapter-case.ts";
import { sendHttp } from "../../adapters/http-client.ts";
import { firstTwoVariants, SHOP_ENVIRONMENT, type ShopUnderTest } from "../../adapters/shop-under-test.ts";
import { LAUNCHER_DIFFERENCES } from "../../adapters/vercel-launcher.ts";
import { freePort } from "../free-port.ts";
import { pageTests } from "../pages.ts";
import { adapterTests, type Platform } from "../platform.ts";
import { copyProject } from "../project-copy.ts";
import { runTool, startTool } from "../tool.ts";
import { linkVercelProject } from "../vercel-project.ts";

const DIFFERENCES: KnownDifferences = {
  ...LAUNCHER_DIFFERENCES,
  "D02: order-status answers 404 to an id that is not UTF-8": {
    reason: "`vercel dev` decodes the query itself and answers 500 when it cannot.",
    outcome: "fails",
  },
};

/** `vercel dev` on a developer's machine, which may point STRIPE_API_BASE at another Stripe. */
export const vercelDev: Platform = {
  name: "vercel dev",
  async start(stripe, defer) {
    const { project, remove } = await copyProject();
    defer(remove);
    await linkVercelProject(project);
    // Only for comparison: `vercel dev` serves the pages from their sources.
    await runTool("node", ["cli/build.ts"], { cwd: project, env: {} });
    const origin = `http://127.0.0.1:${await freePort()}`;
    const { output, stop } = await startTool(
      "vercel",
      ["dev", "--local", "--yes", "--listen", origin.replace("http://", "")],
      {
        cwd: project,
        env: { ...SHOP_ENVIRONMENT, STRIPE_API_BASE: await stripe.serve() },
        ready: "Ready! Available at",
      },
    );
    defer(stop);
    const shop: ShopUnderTest = {
      stripe,
      choose: firstTwoVariants,
      send: (name, request) => sendHttp(`${origin}/api/${name}`, request),
    };

    return {
      tests: [...adapterTests("/api", shop, { differences: DIFFERENCES }), ...pageTests(origin, project)],
      output,
    };
  },
};
