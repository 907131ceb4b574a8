import type { Context } from "@netlify/functions";

import { orderStatus } from "../../build/app.mjs";

export default { fetch: (request: Request, { ip }: Context) => orderStatus(request, { ip }) };
