import { shop } from "../build/app.mjs";

export default { fetch: (request: Request) => shop(request) };
