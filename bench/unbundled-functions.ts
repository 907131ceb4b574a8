import { createApp } from "../core/app.ts";
import shop from "../shop.config.ts";
import { siteOf } from "../tests/support/test-site.ts";

/** What cli/build/functions.ts makes the entry of, left as it is. */
export const { createCheckoutSession, webhook } = createApp(process.env, siteOf(shop));
