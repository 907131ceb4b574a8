import type { Context } from "@netlify/functions";

import { shop } from "../../build/app.mjs";

export default { fetch: (request: Request, { ip }: Context) => shop(request, { ip }) };
