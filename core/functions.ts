import { createApp } from "./app.ts";
import type { Environment } from "./config.ts";

/** What a host tells the build alone. Put here by the bundler; missing where the code runs unbundled. */
declare const HOST_BUILD_VARIABLES: Environment | undefined;
const buildVariables = typeof HOST_BUILD_VARIABLES === "undefined" ? {} : HOST_BUILD_VARIABLES;

/** What the functions' bundle exports: the shop, set up once per instance from the host's environment. */
export const { createCheckoutSession, webhook, orderStatus, reconcile, scheduledReconcile, health } =
  createApp({ ...buildVariables, ...process.env });
