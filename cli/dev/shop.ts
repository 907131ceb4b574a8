import { join } from "node:path";

import { createApp } from "../../core/app.ts";
import { parseConfig } from "../../core/config/config.ts";
import type { Environment } from "../../core/config/environment.ts";
import type { Handler } from "../../core/http/route.ts";
import { createJsonLog } from "../../core/log/log.ts";
import { routeAt } from "../../core/routes/table.ts";
import { shopAppearance } from "../../core/shop-definition/appearance.ts";
import { openShop } from "../../core/services.ts";
import type { Site } from "../../core/shop-definition/site.ts";
import { realRuntime } from "../../core/runtime.ts";
import { API_DOCS_FOLDER, apiDocsFiles } from "../api-docs/files.ts";
import { adviceAfter, settleByHand } from "../settle-by-hand.ts";
import { routeOfNetlifyFunction } from "../site/function-rules.ts";
import { loadSite } from "../site/load-site.ts";
import type { SimulatedStripe } from "../../simulator/simulated-stripe.ts";
import { createDevServer } from "./create-dev-server.ts";
import { errorPage } from "./error-page.ts";
import { createLiveApp } from "./live-app.ts";
import { leadsElsewhere, without, withoutTable } from "./left-alone.ts";
import { closeServer, listen } from "./listen.ts";
import { lockStorage } from "./lock-storage.ts";
import { startInbox } from "./inbox/inbox.ts";
import { localLicenseKey } from "./local-license-key.ts";
import { dynamodbEnvironment, startLocalDynamodb } from "./local-dynamodb.ts";
import { startLocalStripe, type LocalStripe } from "./local-stripe.ts";
import { createDevPages } from "./panel/dev-pages.ts";
import { createSiteHandler } from "./site-server.ts";

export interface ShopOptions {
  /** The project's folder. */
  root: string;
  /** 0 asks for a free port. */
  port: number;
  environment: Environment;
  /** Where orders and the simulated Stripe are kept; undefined keeps both in memory. */
  storageFolder: string | undefined;
  /** "stripe" keeps orders there, whatever the environment says; "dynamodb" in its table, or else in one on this machine. */
  engine: "dynamodb" | "stripe";
  /** Mails leave this machine, through the environment's SMTP_URL, instead of ending in the inbox. */
  sendsMails?: boolean;
  print: (text: string) => void;
}

export interface Shop {
  url: string;
  /** The environment that the functions see. */
  environment: Environment;
  /** Undefined when a real key makes the shop talk to the real Stripe. */
  simulatedStripe: SimulatedStripe | undefined;
  close(): Promise<void>;
}

/**
 * The whole shop in one process: pages, functions, and, unless there is a real key, Stripe and its hosted page.
 * @throws ConfigError when the environment is wrong, before anything is served; StorageInUseError while another shop has the folder.
 */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const { root, print } = options;
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };

  try {
    let serve: (request: Request) => Promise<Response> = async () => startingPage();
    const server = createDevServer((request) => serve(request), print);
    const port = await listen(server, options.port);
    const url = `http://localhost:${port}`;
    closers.push(() => closeServer(server));
    if (options.storageFolder !== undefined) closers.push(await lockStorage(options.storageFolder));

    const siteAtStart = await loadSite(root);
    const nameOf = ({ shop }: Site): string => shopAppearance(shop, url).name;
    let shopName = nameOf(siteAtStart);
    const stripe = options.environment["STRIPE_SECRET_KEY"]
      ? undefined
      : await startLocalStripe(url, { ...options, shopName: () => shopName });
    if (stripe) closers.push(stripe.close);

    const inbox = await startInbox(url, options);
    closers.push(inbox.close);

    const given = takeFrom(options.environment, stripe !== undefined);
    const environment = {
      // Another shop on the same test account, deployed perhaps, must leave the sessions made here alone.
      SHOP_ID: "dev",
      ...(stripe && { LICENSE_PRIVATE_KEY: await localLicenseKey(options.storageFolder) }),
      // A developer clicks "Buy" more often than a buyer does. .env may set the real limits.
      CHECKOUTS_PER_MINUTE: "1000",
      CHECKOUTS_PER_MINUTE_TOTAL: "1000",
      ...given,
      ...stripe?.environment,
      SITE_URL: url,
      ...(await orderTable(given)),
      ...inbox.environmentFor(shopName),
    };
    const config = parseConfig(environment);
    const runtime = {
      projectFolder: root,
      log: createJsonLog(print, Date.now),
      ...(stripe && { fetch: stripe.fetch }),
    };
    const functions = await createLiveApp(root, print, (site) => {
      shopName = nameOf(site);
      return createApp({ ...environment, ...inbox.environmentFor(shopName) }, site, runtime);
    });
    const { loadServices } = openShop(config, siteAtStart, { ...realRuntime(), ...runtime });
    const devPages = createDevPages({
      stripe: stripe?.simulated,
      loadServices,
      async tryAgain(orderId) {
        // With the owner's files as they are now: the mistake may have been in them.
        const mended = openShop(config, await loadSite(root), { ...realRuntime(), ...runtime });
        return adviceAfter(await settleByHand(orderId, await mended.loadServices()));
      },
      ...inbox,
    });
    const apiDocs =
      siteAtStart.shop.apiDocs === true ? Object.entries(await apiDocsFiles(`/${API_DOCS_FOLDER}/`)) : [];
    const generated = Object.fromEntries(
      apiDocs.map(([name, text]) => [`/${API_DOCS_FOLDER}/${name}`, text]),
    );
    const serveSite = await createSiteHandler(root, siteAtStart.shop.pages, print, generated);
    serve = routeRequests(functions, devPages, serveSite, stripe);
    return { url, environment, simulatedStripe: stripe?.simulated, close };
  } catch (error) {
    await close();
    throw error;
  }

  /** The owner's variables, without those that would let these orders out. */
  function takeFrom(owners: Environment, isSimulated: boolean): Environment {
    const set = withoutEmpty(owners);
    const asked = options.engine === "stripe" ? withoutTable(set) : set;
    const leftAlone = isSimulated ? leadsElsewhere(asked) : [];
    if (leftAlone.length > 0) {
      print(
        `Left alone: ${leftAlone.join(", ")}. Simulated orders stay on this machine; those of a test key (STRIPE_SECRET_KEY=sk_test_…) go there.`,
      );
    }
    return without(asked, leftAlone);
  }

  async function orderTable(given: Environment): Promise<Environment> {
    if (options.engine === "stripe" || given["DYNAMODB_TABLE"]) return {};
    const folder = options.storageFolder === undefined ? undefined : join(options.storageFolder, "dynamodb");
    const dynamodb = await startLocalDynamodb(folder);
    closers.push(dynamodb.close);
    return dynamodbEnvironment(dynamodb.config);
  }
}

function startingPage(): Response {
  return errorPage({
    status: 503,
    title: "The shop is opening",
    text: ["Its storage and its mail server are being started. Reload this page in a second."],
  });
}

/** A line such as `SHOP_ID=` in .env sets nothing. */
function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
}

function routeRequests(
  functions: Handler,
  devPages: (request: Request) => Promise<Response | undefined>,
  serveSite: (request: Request) => Promise<Response>,
  stripe: LocalStripe | undefined,
): Handler {
  return async (request) => {
    const url = new URL(request.url);
    const path = routeOfNetlifyFunction(url.pathname);
    if (path !== undefined) return functions(new Request(new URL(path + url.search, url), request));
    if (routeAt(url.pathname) !== undefined) return functions(request);
    const devPage = await devPages(request);
    if (devPage !== undefined) return devPage;
    return (await stripe?.simulated.handleHostedPage(request)) ?? serveSite(request);
  };
}
