import { OWN_FUNCTIONS, ROUTES, type RouteKey } from "../../core/routes/table.ts";

/** How the shop's addresses lead to its functions, made from the table of routes. Other addresses below /api/ are the owner's. */

const KEYS = Object.keys(ROUTES) as RouteKey[];

/** On both hosts. */
const functionOf = (key: RouteKey): string => (OWN_FUNCTIONS.includes(key) ? ROUTES[key].name : "shop");

/** Every address of the shop's functions. */
export const FUNCTION_PATHS: readonly string[] = KEYS.map((key) => ROUTES[key].path);

/** What the function `shop` serves. */
export const SHARED_PATHS: readonly string[] = KEYS.filter((key) => !OWN_FUNCTIONS.includes(key)).map(
  (key) => ROUTES[key].path,
);

/**
 * For vercel.json. Vercel finds functions and files before it looks at rewrites, so a function with a route of its own needs none. With a
 * slash at the end or without, as such a function is found.
 */
export function vercelRewrite(path: string): { source: string; destination: string } {
  return { source: `${path}(/?)`, destination: "/api/shop" };
}

/**
 * For netlify.toml. The function sees the address that was asked for (https://github.com/netlify/cli/issues/559). `config.path` in the
 * functions would win over every rule of the owner's, but would end their addresses below `/.netlify/functions/`, which owners have given
 * to Stripe, and `netlify dev` asks such a function again for `…/index.html` after every 404.
 */
export const NETLIFY_REDIRECTS = KEYS.map((key) => ({
  from: ROUTES[key].path,
  to: `/.netlify/functions/${functionOf(key)}`,
  status: 200,
}));

/** The second address, on Netlify, of a route with a function of its own; undefined for every other path. */
export function routeOfNetlifyFunction(pathname: string): string | undefined {
  const own = OWN_FUNCTIONS.find((key) => `/.netlify/functions/${ROUTES[key].name}` === pathname);
  return own && ROUTES[own].path;
}
