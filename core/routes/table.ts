import type { Runtime } from "../runtime.ts";
import type { Shop } from "../services.ts";
import { createCheckoutSession } from "./create-checkout-session.ts";
import { download } from "./download.ts";
import { health } from "./health.ts";
import { license } from "./license.ts";
import { openCheckout } from "./open-checkout.ts";
import { orderStatus } from "./order-status.ts";
import { reconcile } from "./reconcile.ts";
import { resendMail } from "./resend-mail.ts";
import { webhook } from "./webhook.ts";

/**
 * Every route. From this table come the handlers, `app.fetch`, what the dev server serves, the rules of both hosts, the API document, and
 * the test that walks all routes.
 */
export const ROUTES = {
  createCheckoutSession,
  openCheckout,
  webhook,
  orderStatus,
  download,
  license,
  resendMail,
  reconcile,
  health,
} as const;

export type RouteKey = keyof typeof ROUTES;

/** What `open` of a route may use. A route names the parts that it needs. */
export type RouteDependencies = Shop & Pick<Runtime, "now" | "log">;

/**
 * The routes with a function of their own, named like the route: each has its own time limit, files or schedule, or an address that owners
 * have given to Stripe. The function `shop` serves all others.
 */
export const OWN_FUNCTIONS: readonly RouteKey[] = [
  "createCheckoutSession",
  "webhook",
  "download",
  "reconcile",
];

const KEYS = Object.keys(ROUTES) as RouteKey[];

/** The route at this path; a slash at its end makes no difference. */
export function routeAt(pathname: string): RouteKey | undefined {
  const path = pathname.replace(/\/$/, "");
  return KEYS.find((key) => ROUTES[key].path === path);
}
