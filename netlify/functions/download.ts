import { download } from "../../build/app.mjs";

export default { fetch: (request: Request) => download(request) };
