import type { Context } from "@netlify/functions";

import { resendMail } from "../../build/app.mjs";

export default { fetch: (request: Request, { ip }: Context) => resendMail(request, { ip }) };
