import { resendMail } from "../build/app.mjs";

export default { fetch: (request: Request) => resendMail(request) };
