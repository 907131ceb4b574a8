import { orderStatus } from "../../build/app.mjs";

export default { fetch: (request: Request) => orderStatus(request) };
