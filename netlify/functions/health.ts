import { health } from "../../build/app.mjs";

export default { fetch: (request: Request) => health(request) };
