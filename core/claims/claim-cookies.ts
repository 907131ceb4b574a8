import { createHash } from "node:crypto";

import type { OrderId } from "../orders/order.ts";
import { claimedExpiryMs, type Signer } from "../signing/signer.ts";

/** Proof that this browser opened a Checkout Session: whoever merely has its id, from a link or a history, is told less. */
export interface ClaimCookies {
  /** The `Set-Cookie` lines with which the answer to `request` makes its browser the one that opened the session. */
  claim(request: Request, orderId: OrderId): string[];
  /** True when the request comes from the browser that opened the session. */
  holds(request: Request, orderId: OrderId): boolean;
}

/** Longer than the slowest payment method needs; after that the mails hold all that is personal. */
const CLAIM_MS = 30 * 24 * 3_600_000;

/** Of who opens more checkouts than this the oldest are forgotten. Keeps the header below 1 KB. */
const MAX_CLAIMS = 8;

/** More than any browser sends along with `MAX_CLAIMS`; the rest of a longer header is not read. */
const MAX_HEADER_LENGTH = 16_384;

/**
 * One cookie per session, named after it: two tabs that buy at the same moment do not overwrite each other's, and a repeated
 * request sets the same one again. The name is a hash, so that no cookie list, of a support tool perhaps, shows a session's id.
 *
 * `__Host-` makes browsers refuse the cookie unless it is Secure, for this host alone and for all of its paths, so that no
 * neighbouring subdomain can plant one (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie). That needs
 * https, or a browser that takes localhost for as good; Safari does not. So the development server, which is the only place where
 * the site's address may be http, gets a plain one.
 */
export function createClaimCookies(signer: Signer, siteUrl: string, now: () => number): ClaimCookies {
  const isSecure = siteUrl.startsWith("https:");
  const prefix = isSecure ? "__Host-order_" : "order_";
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
  const nameOf = (orderId: OrderId): string =>
    prefix + createHash("sha256").update(orderId).digest("base64url").slice(0, 16);
  const clear = (name: string): string => `${name}=; Max-Age=0; ${attributes}`;

  return {
    claim(request, orderId) {
      const name = nameOf(orderId);
      const token = signer.sign(orderId, now() + CLAIM_MS);
      const others = claimsIn(request, prefix).filter((cookie) => cookie.name !== name);
      const oldestFirst = others.toSorted((a, b) => a.expiresMs - b.expiresMs);
      const surplus = oldestFirst.slice(0, Math.max(0, oldestFirst.length - (MAX_CLAIMS - 1)));
      return [
        `${name}=${token}; Max-Age=${CLAIM_MS / 1000}; ${attributes}`,
        ...surplus.map((cookie) => clear(cookie.name)),
      ];
    },

    holds(request, orderId) {
      const name = nameOf(orderId);
      return claimsIn(request, prefix).some(
        (cookie) => cookie.name === name && signer.isValid(cookie.token, orderId),
      );
    },
  };
}

interface ClaimCookie {
  name: string;
  token: string;
  /** What the cookie says; 0 when it says nothing that we understand. */
  expiresMs: number;
}

/** https://www.rfc-editor.org/rfc/rfc6265#section-4.2.1 */
function claimsIn(request: Request, prefix: string): ClaimCookie[] {
  const header = (request.headers.get("cookie") ?? "").slice(0, MAX_HEADER_LENGTH);
  return header.split(";").flatMap((pair) => {
    const [, name, token] = /^\s*([\w-]+)=([\w.-]*)\s*$/.exec(pair) ?? [];
    if (name === undefined || token === undefined || !name.startsWith(prefix)) return [];
    return [{ name, token, expiresMs: claimedExpiryMs(token) ?? 0 }];
  });
}
