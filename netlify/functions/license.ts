import { license } from "../../build/app.mjs";

export default { fetch: (request: Request) => license(request) };
