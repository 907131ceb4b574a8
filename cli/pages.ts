import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { buildFunctions } from "./build/functions.ts";
import { createDevServer } from "./dev/create-dev-server.ts";
import { whenAskedToEnd } from "../simulator/when-asked-to-end.ts";
import { closeServer, listen } from "./dev/listen.ts";
import { createSiteHandler } from "./dev/site-server.ts";
import { readSite } from "./owner-shop.ts";

/**
 * The pages alone, on `PORT`, and a fresh bundle for the functions: `vercel dev` starts this (`devCommand` in vercel.json) beside the
 * functions that it runs itself. Otherwise it would start our `dev` script, a whole second shop, for the pages.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const { shop, catalog } = await readSite();
await buildFunctions(root, join(root, "build"), catalog);
const print = (text: string): void => console.log(text);
const server = createDevServer(await createSiteHandler(root, shop.pages, print), print);
const port = await listen(server, Number(process.env["PORT"] ?? 0));
console.log(`The pages are at http://127.0.0.1:${port}.`);
whenAskedToEnd(() => closeServer(server));
