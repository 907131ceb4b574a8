import type { Context } from "@netlify/functions";

import { download } from "../../build/app.mjs";

export default { fetch: (request: Request, { ip }: Context) => download(request, { ip }) };
