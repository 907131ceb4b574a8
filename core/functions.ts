import { createApp } from "./app.ts";

/** What the functions' bundle exports: the shop, set up once per instance from the host's environment. */
export const { createCheckoutSession, webhook, orderStatus, reconcile, scheduledReconcile, health } =
  createApp(process.env);
