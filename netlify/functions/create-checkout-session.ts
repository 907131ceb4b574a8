import type { Config, Context } from "@netlify/functions";

import { createCheckoutSession } from "../../build/app.mjs";

export default { fetch: (request: Request, { ip }: Context) => createCheckoutSession(request, { ip }) };

export const config: Config = { rateLimit: { windowLimit: 100, windowSize: 60, aggregateBy: ["ip"] } };
