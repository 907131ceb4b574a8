import { createClaimCookies } from "./auth/claim-cookies.ts";
import { createHopLinks } from "./auth/hop-links.ts";
import { createPriceCatalog } from "./checkout/price-catalog.ts";
import { ConfigError } from "./config/config-error.ts";
import { parseConfig, type Config } from "./config/config.ts";
import type { Environment } from "./config/environment.ts";
import { deliversSomething } from "./delivery/delivers-something.ts";
import { createBucket } from "./delivery/files/bucket.ts";
import { missingBucket } from "./config/bucket.ts";
import { createPrivateFolder } from "./delivery/files/private-folder.ts";
import { endpoint, type Handler, type Route } from "./http/endpoint.ts";
import { HttpError } from "./http/http-error.ts";
import { createClosedHealthRoute } from "./routes/closed-health.ts";
import { createCheckoutSessionRoute } from "./routes/create-checkout-session.ts";
import { createDownloadRoute } from "./routes/download.ts";
import { requireLicenseKey } from "./delivery/licenses/licenses-of.ts";
import { sellsLicenses } from "./delivery/licenses/licenses-of.ts";
import { createHealthRoute } from "./routes/health.ts";
import { createLicenseRoute } from "./routes/license.ts";
import { createOpenCheckoutRoute } from "./routes/open-checkout.ts";
import { createOrderStatusRoute } from "./routes/order-status.ts";
import { createReconcileRoute, createScheduledReconcileRoute } from "./routes/reconcile.ts";
import { createResendMailRoute } from "./routes/resend-mail.ts";
import { createWebhookRoute } from "./routes/webhook.ts";
import { openShop } from "./services.ts";
import { createSigner } from "./auth/signer.ts";
import type { Site } from "./shop-definition/site.ts";
import { realSurroundings, type Surroundings } from "./surroundings.ts";

/** One handler per function, ready for either host: a web `Request` in, a `Response` out. */
export interface App {
  createCheckoutSession: Handler;
  openCheckout: Handler;
  webhook: Handler;
  orderStatus: Handler;
  download: Handler;
  license: Handler;
  resendMail: Handler;
  reconcile: Handler;
  /** For a scheduler that only the host can start. */
  scheduledReconcile: Handler;
  health: Handler;
}

type Routes = Record<keyof App, Route>;

/**
 * Composition root: turns the environment, and what the owner's files say, into handlers. A wrong environment does not throw here,
 * because a host would show a stranger the crash. Every request gets a neutral 500 instead, except for health, which says that the
 * environment is wrong; and the log gets a sentence per wrong variable.
 */
export function createApp(
  environment: Environment,
  site: Site,
  replacements: Partial<Surroundings> = {},
): App {
  const surroundings = { ...realSurroundings(), ...replacements };
  const routes = createRoutes(environment, site, surroundings);
  const serve = (route: Route): Handler => endpoint(route, surroundings);
  return {
    createCheckoutSession: serve(routes.createCheckoutSession),
    openCheckout: serve(routes.openCheckout),
    webhook: serve(routes.webhook),
    orderStatus: serve(routes.orderStatus),
    download: serve(routes.download),
    license: serve(routes.license),
    resendMail: serve(routes.resendMail),
    reconcile: serve(routes.reconcile),
    scheduledReconcile: serve(routes.scheduledReconcile),
    health: serve(routes.health),
  };
}

function createRoutes(environment: Environment, site: Site, surroundings: Surroundings): Routes {
  try {
    const config = parseConfig(environment);
    const problems = missingBucket(config, site);
    if (problems.length > 0) throw new ConfigError(problems);
    return openRoutes(config, site, surroundings);
  } catch (error) {
    if (error instanceof ConfigError) return closedRoutes(error, surroundings);
    throw error;
  }
}

function openRoutes(config: Config, site: Site, surroundings: Surroundings): Routes {
  const { log, now } = surroundings;
  const { cronSecret, isScheduled, lacksCronSecret, addressHeader, signingSecrets, siteUrl } = config;
  const { livemode, webhookSecrets } = config.stripe;
  const {
    stripe,
    licenseSigner,
    orderPages,
    downloadLinks,
    deliveries,
    loadServices,
    checkoutLimits,
    lookLimit,
  } = openShop(config, site, surroundings);
  const claims = createClaimCookies(createSigner(signingSecrets, "claim-cookie", now), siteUrl, now);
  const hops = createHopLinks(createSigner(signingSecrets, "open-checkout", now), siteUrl, now);
  const lacksLicenseKey = sellsLicenses(site) && !licenseSigner.canIssue;
  const mailsOwner = config.ownerEmail !== undefined;
  return {
    createCheckoutSession: createCheckoutSessionRoute({
      stripe,
      catalog: createPriceCatalog({ stripe, site, livemode, now, log }),
      claims,
      hops,
      shop: config,
      requireDeliverable: (settings) => requireLicenseKey(settings, licenseSigner, log),
      limits: checkoutLimits,
      now,
      log,
    }),
    openCheckout: createOpenCheckoutRoute({ hops, claims, siteUrl }),
    webhook: createWebhookRoute({ stripe, webhookSecrets, now, loadServices }),
    download: createDownloadRoute({
      loadServices,
      links: downloadLinks,
      privateFolder: createPrivateFolder(surroundings.projectFolder),
      bucket: config.bucket && createBucket(config.bucket, surroundings),
      site,
      siteUrl,
      limit: lookLimit,
      addressHeader,
      now,
      log,
    }),
    license: createLicenseRoute({ signer: licenseSigner, livemode, loadServices, now }),
    orderStatus: createOrderStatusRoute({
      loadServices,
      claims,
      orderPages,
      deliveries,
      supportEmail: site.shop.supportEmail,
      livemode,
      limit: lookLimit,
      addressHeader,
      now,
    }),
    resendMail: createResendMailRoute({
      loadServices,
      claims,
      orderPages,
      origins: config.origins,
      livemode,
      secret: config.stripe.secretKey,
      looks: lookLimit,
      addressHeader,
      now,
      log,
    }),
    reconcile: createReconcileRoute({ loadServices, cronSecret }),
    scheduledReconcile: createScheduledReconcileRoute({ loadServices }),
    health: createHealthRoute({
      loadServices,
      livemode,
      lacksLicenseKey,
      lacksCronSecret,
      isScheduled,
      mailsOwner,
      delivers: deliversSomething(site.shop),
      now,
      log,
    }),
  };
}

function closedRoutes(error: ConfigError, { log }: Surroundings): Routes {
  const logProblems = (): void => {
    for (const problem of error.problems) log.error("configuration_wrong", { problem });
  };
  const closed = (name: string, method: Route["method"]): Route => ({
    name,
    method,
    handle: async () => {
      logProblems();
      throw new HttpError(
        500,
        "shop_not_configured",
        "The shop cannot take orders right now. Please try again later.",
      );
    },
  });
  return {
    createCheckoutSession: closed("create-checkout-session", "POST"),
    openCheckout: closed("open-checkout", "GET"),
    webhook: closed("webhook", "POST"),
    orderStatus: closed("order-status", "GET"),
    download: closed("download", "GET"),
    license: closed("license", "POST"),
    resendMail: closed("resend-mail", "POST"),
    reconcile: closed("reconcile", "GET"),
    scheduledReconcile: closed("reconcile", "POST"),
    health: createClosedHealthRoute(logProblems),
  };
}
