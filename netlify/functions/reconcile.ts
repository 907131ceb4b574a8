import type { Config } from "@netlify/functions";

import { scheduledReconcile } from "../../build/app.mjs";

export default { fetch: (request: Request) => scheduledReconcile(request) };

export const config: Config = { schedule: "17 * * * *" };
