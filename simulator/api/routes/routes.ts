import type { Route } from "../route.ts";
import { catalogRoutes } from "./catalog-objects.ts";
import { checkoutSessionRoutes } from "./checkout-sessions.ts";
import { customerRoutes } from "./customers.ts";
import { eventRoutes } from "./events.ts";
import { paymentRoutes } from "./payments.ts";
import { refundRoutes } from "./refunds.ts";
import { subscriptionRoutes } from "./subscriptions.ts";

/** Everything the simulated Stripe answers; the rest is an unrecognized URL. */
export const routes: Route[] = [
  ...catalogRoutes,
  ...checkoutSessionRoutes,
  ...customerRoutes,
  ...eventRoutes,
  ...paymentRoutes,
  ...refundRoutes,
  ...subscriptionRoutes,
];
