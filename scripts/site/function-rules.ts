import { OWN_FUNCTIONS, ROUTES, type RouteKey } from "../../core/routes/table.ts";

/** How the shop's addresses lead to its functions, made from the table of routes. Other addresses below /api/ are the owner's. */

const KEYS = Object.keys(ROUTES) as RouteKey[];

/** Both hosts have the function under this name. */
export const SHARED_FUNCTION = "shop";

/** Every address of the shop's functions. */
export const FUNCTION_PATHS: readonly string[] = KEYS.map((key) => ROUTES[key].path);

/** The functions that serve one address each. */
export const OWN_FUNCTION_NAMES: readonly string[] = OWN_FUNCTIONS.map((key) => ROUTES[key].name);

/** What the function `shop` serves: `config.path` of netlify/functions/shop.ts, and the rewrites of vercel.json. */
export const SHARED_PATHS: readonly string[] = KEYS.filter((key) => !OWN_FUNCTIONS.includes(key)).map(
  (key) => ROUTES[key].path,
);

/** For vercel.json. Vercel finds functions and files before it looks at rewrites, so the other functions need none. */
export const VERCEL_REWRITES = SHARED_PATHS.map((source) => ({
  source,
  destination: `/api/${SHARED_FUNCTION}`,
}));

/**
 * For netlify.toml. `config.path` would win over every rule of the owner's, but would end the functions' addresses below
 * `/.netlify/functions/`, which owners have given to Stripe.
 */
export const NETLIFY_REDIRECTS = OWN_FUNCTIONS.map((key) => ({
  from: ROUTES[key].path,
  to: `/.netlify/functions/${ROUTES[key].name}`,
  status: 200,
}));
