import { reconcile } from "../build/app.mjs";

export default { fetch: (request: Request) => reconcile(request) };
