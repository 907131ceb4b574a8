import type { Config, Context } from "@netlify/functions";

import { shop } from "../../build/app.mjs";

export default { fetch: (request: Request, { ip }: Context) => shop(request, { ip }) };

// Netlify reads this list without running the file, so it stands here as it is; a test compares it with the table of routes.
export const config: Config = {
  path: ["/api/open-checkout", "/api/order-status", "/api/license", "/api/resend-mail", "/api/health"],
};
