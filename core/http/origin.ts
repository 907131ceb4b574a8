import { HttpError } from "./http-error.ts";

/** Whose pages may call. Fixed by the configuration: nothing in a request adds to it. */
export interface OriginPolicy {
  /** `https://shop.example`: scheme, host and port, as browsers write them. */
  allowed: readonly string[];
  /** On a developer's machine: the local servers choose their own ports on `localhost`. */
  anyLoopback: boolean;
}

/**
 * Refuses what a foreign page makes its visitor's browser send.
 *
 *     Origin          Sec-Fetch-Site
 *     any             same-origin               allowed: the page has the function's own address, even if the host did not name it.
 *                                               No page can set this header; a program can, but could write any Origin, too
 *     an address      another, missing          allowed if it is in the list
 *     null, missing   none                      allowed: the person typed the address, or opened a bookmark
 *     null, missing   cross-site, same-site     refused
 *     null            missing                   refused: a sandboxed frame, in a browser too old to say more
 *     missing         missing                   allowed: it is not a browser, so no visitor is being made to do anything
 *
 * A plain form on a page with `Referrer-Policy: no-referrer`, as ours are, sends `Origin: null`; only Sec-Fetch-Site then says that the
 * page was ours. https://owasp.org/www-community/attacks/csrf and https://go.dev/pkg/net/http/#CrossOriginProtection reason alike.
 * @throws HttpError 403
 */
export function requireAllowedOrigin(request: Request, policy: OriginPolicy): void {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (site === "same-origin") return;
  const allowed =
    origin === null || origin === "null"
      ? site === "none" || (origin === null && site === null)
      : isAllowed(origin, policy);
  if (!allowed) {
    throw new HttpError(
      403,
      "origin_refused",
      "This shop takes no orders from this page. (Is it your shop? Then name the page's address in ALLOWED_ORIGINS.)",
    );
  }
}

/**
 * Lets a page of an allowed origin read the answer and, after a preflight, send its request. Cookies are never included.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function corsHeaders(request: Request, policy: OriginPolicy, methods: string): Record<string, string> {
  const origin = request.headers.get("origin");
  // An answer to one origin must not be served to another from a cache.
  if (origin === null || !isAllowed(origin, policy)) return { Vary: "Origin" };
  const answer = { Vary: "Origin", "Access-Control-Allow-Origin": origin };
  const isPreflight = request.method === "OPTIONS" && request.headers.has("access-control-request-method");
  if (!isPreflight) return answer;
  return {
    ...answer,
    "Access-Control-Allow-Methods": methods,
    "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "7200",
  };
}

function isAllowed(origin: string, { allowed, anyLoopback }: OriginPolicy): boolean {
  if (allowed.includes(origin)) return true;
  // Narrower than `isLoopbackHost`: the local servers serve the pages at `localhost`, so no other name needs to be allowed.
  return anyLoopback && /^http:\/\/localhost(?::\d{1,5})?$/.test(origin);
}
