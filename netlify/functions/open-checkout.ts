import { openCheckout } from "../../build/app.mjs";

export default { fetch: (request: Request) => openCheckout(request) };
