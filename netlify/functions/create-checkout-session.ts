import type { Context } from "@netlify/functions";

import { createCheckoutSession } from "../../build/app.mjs";

export default { fetch: (request: Request, _context: Context) => createCheckoutSession(request) };
