import { ConfigError } from "./config/config-error.ts";
import { parseConfig } from "./config/config.ts";
import type { Environment } from "./config/environment.ts";
import { missingBucket } from "./config/bucket.ts";
import { endpoint } from "./http/endpoint.ts";
import { HttpError } from "./http/http-error.ts";
import type { Handler, OpenRoute, Route } from "./http/route.ts";
import { scheduledReconcile } from "./routes/reconcile.ts";
import { routeAt, ROUTES, type RouteDependencies, type RouteKey } from "./routes/table.ts";
import { openShop, type ShopRuntime } from "./services.ts";
import type { Site } from "./shop-definition/site.ts";
import { realRuntime } from "./runtime.ts";

/** Ready for either host: a web `Request` in, a `Response` out. One handler per route, for the functions that serve one alone. */
export type App = Readonly<Record<RouteKey, Handler>> & {
  /** Serves every route, by its path; 404 for any other path. */
  fetch: Handler;
  /** For a scheduler that only the host can start. */
  scheduledReconcile: Handler;
};

/**
 * Composition root: turns the environment, and what the owner's files say, into handlers. A wrong environment does not throw here,
 * because a host would show a stranger the crash. Every request gets a neutral 500 instead, except for health, which says that the
 * environment is wrong; and the log gets a sentence per wrong variable.
 */
export function createApp(
  environment: Environment,
  site: Site,
  replacements: Partial<ShopRuntime> = {},
): App {
  const runtime = { ...realRuntime(), ...replacements };
  const { addressHeader, open } = openRoutes(environment, site, runtime);
  const serve = (route: AnyRoute): Handler =>
    endpoint({ name: route.name, method: route.method, ...open(route) }, { ...runtime, addressHeader });

  const handlers = mapRoutes(serve);
  const unknown = endpoint(UNKNOWN, { ...runtime, addressHeader });
  return {
    ...handlers,
    scheduledReconcile: serve(scheduledReconcile),
    fetch(request, caller) {
      const key = routeAt(new URL(request.url).pathname);
      return (key === undefined ? unknown : handlers[key])(request, caller);
    },
  };
}

type AnyRoute = Route<RouteDependencies>;

function mapRoutes<T>(change: (route: AnyRoute) => T): Record<RouteKey, T> {
  const entries = Object.entries<AnyRoute>(ROUTES).map(([key, route]) => [key, change(route)]);
  return Object.fromEntries(entries) as Record<RouteKey, T>;
}

interface OpenRoutes {
  addressHeader: string | undefined;
  open(route: AnyRoute): OpenRoute;
}

function openRoutes(environment: Environment, site: Site, runtime: ShopRuntime): OpenRoutes {
  try {
    const config = parseConfig(environment);
    const problems = missingBucket(config, site);
    if (problems.length > 0) throw new ConfigError(problems);
    const shop = { ...openShop(config, site, runtime), now: runtime.now, log: runtime.log };
    return { addressHeader: config.addressHeader, open: (route) => route.open(shop) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { addressHeader: undefined, open: (route) => closed(route, error, runtime) };
  }
}

/** The route while the environment is wrong. */
function closed(route: AnyRoute, { problems }: ConfigError, { log }: ShopRuntime): OpenRoute {
  return {
    async handle() {
      for (const problem of problems) log.error("configuration_wrong", { problem });
      if (route.closed !== undefined) return route.closed();
      throw new HttpError(
        500,
        "shop_not_configured",
        "The shop cannot take orders right now. Please try again later.",
      );
    },
  };
}

const UNKNOWN = {
  name: "unknown",
  method: "any",
  handle: async () => {
    throw new HttpError(404, "not_found", "There is nothing here.");
  },
} as const;
