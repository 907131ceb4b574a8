import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { createRequestListener } from "@remix-run/node-fetch-server";

import { buildFunctions } from "./build/functions.ts";
import { listen } from "./dev/listen.ts";
import { createSiteHandler } from "./dev/site-server.ts";
import { readSite } from "./owner-shop.ts";

/**
 * The pages alone, on `PORT`, and a fresh bundle for the functions: what `vercel dev` starts (`devCommand` in vercel.json) to put
 * beside the functions that it runs itself. Without it, it would take our `dev` script, a whole second shop, for the pages.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const { shop, catalog } = await readSite();
await buildFunctions(root, join(root, "build"), catalog);
const server = createServer(createRequestListener(await createSiteHandler(root, shop.pages)));
const port = await listen(server, Number(process.env["PORT"] ?? 0));
console.log(`The pages are at http://127.0.0.1:${port}.`);
