import type * as z from "zod/mini";

import { withoutEmpty, type Environment } from "./environment.ts";
import { hostAddresses, hostSiteUrl, isDeployed, isPreview } from "./host.ts";
import { placeSchema, splitList } from "./variables.ts";

/** The part that tells one shop of a Stripe account from another. */
export interface Place {
  /** Where buyers come back to, without a trailing slash, e.g. `https://shop.example`. */
  siteUrl: string;
  /** Marks this shop's sessions, for an account with several shops of this kind. */
  shopId: string;
  /** Whose pages may open a checkout. */
  origins: {
    allowed: readonly string[];
    /** On a developer's machine any local server may. */
    anyLoopback: boolean;
  };
  /** A deployment of a branch or a pull request: not the site itself. */
  isPreview: boolean;
}

/** Undefined if the shop's address is not known, or one of these variables is wrong; `parseConfig` says which. */
export function parsePlace(environment: Environment): Place | undefined {
  const variables = withoutEmpty(environment);
  const result = placeSchema.safeParse({
    ...variables,
    SITE_URL: variables["SITE_URL"] ?? hostSiteUrl(variables),
  });
  return result.success ? toPlace(result.data, variables) : undefined;
}

/** From variables that were checked. */
export function toPlace(data: z.output<typeof placeSchema>, variables: Record<string, string>): Place {
  const addresses = [
    ...bothNamesOf(data.SITE_URL),
    ...splitList(data.ALLOWED_ORIGINS),
    ...hostAddresses(variables),
  ];
  return {
    siteUrl: new URL(data.SITE_URL).href.replace(/\/+$/, ""),
    shopId: data.SHOP_ID,
    origins: { allowed: originsOf(addresses), anyLoopback: !isDeployed(variables) },
    isPreview: isPreview(variables),
  };
}

/** Without duplicates, as browsers write them. What a host states is skipped if it is not an address. */
function originsOf(addresses: readonly string[]): string[] {
  const origins = addresses.flatMap((address) => URL.parse(address)?.origin ?? []);
  return [...new Set(origins.filter((origin) => origin !== "null"))];
}

/**
 * The site's address with and without `www.`: both names are the owner's. Browsers from before 2023 do not send `Sec-Fetch-Site`, so
 * only the list shows that a page at the other name is the shop's.
 */
function bothNamesOf(siteUrl: string): string[] {
  const url = URL.parse(siteUrl);
  if (url === null || !/[a-z]$/i.test(url.hostname) || !url.hostname.includes(".")) return [siteUrl];
  const other = url.host.startsWith("www.") ? url.host.slice("www.".length) : `www.${url.host}`;
  return [siteUrl, `${url.protocol}//${other}`];
}
