import type { Context } from "@netlify/functions";

import { webhook } from "../../build/app.mjs";

export default { fetch: (request: Request, _context: Context) => webhook(request) };
