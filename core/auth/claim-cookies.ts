import { createHash } from "node:crypto";

import type { OrderId } from "../orders/order.ts";
import { claimedExpiryMs, type Signer } from "./signer.ts";

/** Proof that this browser opened a Checkout Session. A browser that merely has its id, from a link or a history, is told less. */
export interface ClaimCookies {
  /** The `Set-Cookie` lines for the answer to `request` that make its browser the one that opened the session. */
  claim(request: Request, orderId: OrderId): string[];
  /**
   * The `Set-Cookie` lines that renew the buyer's cookie once the order is placed. Empty when it needs no renewal, or when the
   * browser that sent `request` is not the buyer's. Checkouts that are opened later never push out a renewed claim.
   */
  keep(request: Request, orderId: OrderId): string[];
  /** True when the request comes from the browser that opened the session. */
  holds(request: Request, orderId: OrderId): boolean;
}

const DAY_MS = 24 * 3_600_000;

/** Longer than the slowest payment method needs. */
const CLAIM_MS = 30 * DAY_MS;

/**
 * How long a claim on a placed order lasts: as long as the link in a mail. The signed expiry marks such a claim, because no other
 * claim expires so late. The claim is renewed when the buyer comes back.
 */
const KEPT_CLAIM_MS = 90 * DAY_MS;

/** A browser keeps at most this many claims on checkouts without an order. The oldest are dropped. */
const MAX_OPEN_CLAIMS = 8;

/** All claims together, as browsers send them: some two dozen. Hosts refuse requests whose headers are many times as long. */
const MAX_COOKIE_BYTES = 2_048;

/** More than any browser sends along with `MAX_COOKIE_BYTES` of ours. A longer header is not read to its end. */
const MAX_HEADER_LENGTH = 16_384;

/**
 * One cookie per session, named after it: two tabs that buy at the same moment do not overwrite each other's, and a repeated
 * request sets the same one again. The name is a hash, so that no list of cookies, for instance in a support tool, shows a session's
 * id.
 *
 * `__Host-` makes browsers refuse the cookie unless it is Secure, for this host alone and for all of its paths, so that no
 * neighbouring subdomain can plant one (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie). That needs
 * https, or a browser that trusts localhost as much; Safari does not. So the development server, the only place where the site's
 * address may be http, gets a plain one.
 */
export function createClaimCookies(signer: Signer, siteUrl: string, now: () => number): ClaimCookies {
  const isSecure = siteUrl.startsWith("https:");
  const prefix = isSecure ? "__Host-order_" : "order_";
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
  const nameOf = (orderId: OrderId): string =>
    prefix + createHash("sha256").update(orderId).digest("base64url").slice(0, 16);
  const clear = (name: string): string => `${name}=; Max-Age=0; ${attributes}`;

  const set = (request: Request, orderId: OrderId, lifeMs: number): string[] => {
    const claim = { name: nameOf(orderId), token: signer.sign(orderId, now() + lifeMs) };
    const others = claimsIn(request, prefix).filter(({ name }) => name !== claim.name);
    const kept = worthKeeping(others, bytesOf(claim), now());
    return [
      `${claim.name}=${claim.token}; Max-Age=${lifeMs / 1000}; ${attributes}`,
      ...others.filter((cookie) => !kept.has(cookie)).map(({ name }) => clear(name)),
    ];
  };

  const held = (request: Request, orderId: OrderId): ClaimCookie[] => {
    const name = nameOf(orderId);
    return claimsIn(request, prefix).filter(
      (cookie) => cookie.name === name && signer.isValid(cookie.token, orderId),
    );
  };

  return {
    claim(request, orderId) {
      const isPlaced = held(request, orderId).some((cookie) => isKept(cookie, now()));
      return set(request, orderId, isPlaced ? KEPT_CLAIM_MS : CLAIM_MS);
    },

    keep(request, orderId) {
      const claims = held(request, orderId);
      if (claims.length === 0 || claims.some((cookie) => isKept(cookie, now()))) return [];
      return set(request, orderId, KEPT_CLAIM_MS);
    },

    holds: (request, orderId) => held(request, orderId).length > 0,
  };
}

interface ClaimCookie {
  name: string;
  token: string;
  /** What the cookie claims; 0 if it says nothing that we understand. */
  expiresMs: number;
}

/** A day beyond the longest life of another claim, for clocks that disagree. */
function isKept({ expiresMs }: ClaimCookie, nowMs: number): boolean {
  return expiresMs > nowMs + CLAIM_MS + DAY_MS;
}

/** The claims that fit beside a new one of `taken` bytes: placed orders first, then open checkouts, newest first. */
function worthKeeping(claims: readonly ClaimCookie[], taken: number, nowMs: number): Set<ClaimCookie> {
  const newestFirst = claims.toSorted((one, other) => other.expiresMs - one.expiresMs);
  const placed = newestFirst.filter((cookie) => isKept(cookie, nowMs));
  const open = newestFirst.filter((cookie) => !isKept(cookie, nowMs)).slice(0, MAX_OPEN_CLAIMS - 1);
  const kept = new Set<ClaimCookie>();
  let bytes = taken;
  for (const cookie of [...placed, ...open]) {
    bytes += bytesOf(cookie);
    if (bytes > MAX_COOKIE_BYTES) break;
    kept.add(cookie);
  }
  return kept;
}

/** Its length in the Cookie header, with the separator. All of it is ASCII. */
function bytesOf({ name, token }: Pick<ClaimCookie, "name" | "token">): number {
  return name.length + token.length + "=; ".length;
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
