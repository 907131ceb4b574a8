import { createCheckoutSession } from "../../build/app.mjs";

export default { fetch: (request: Request) => createCheckoutSession(request) };
