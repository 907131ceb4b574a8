import { webhook } from "../../build/app.mjs";

export default { fetch: (request: Request) => webhook(request) };
