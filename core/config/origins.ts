/** Without duplicates, as browsers write them. What a host states is skipped if it is not an address. */
export function originsOf(addresses: readonly string[]): string[] {
  const origins = addresses.flatMap((address) => URL.parse(address)?.origin ?? []);
  return [...new Set(origins.filter((origin) => origin !== "null"))];
}

/**
 * The site's address with and without `www.`: both names are the owner's. Browsers from before 2023 do not send `Sec-Fetch-Site`, so
 * only the list shows that a page at the other name is the shop's.
 */
export function bothNamesOf(siteUrl: string): string[] {
  const url = URL.parse(siteUrl);
  if (url === null || !/[a-z]$/i.test(url.hostname) || !url.hostname.includes(".")) return [siteUrl];
  const other = url.host.startsWith("www.") ? url.host.slice("www.".length) : `www.${url.host}`;
  return [siteUrl, `${url.protocol}//${other}`];
}
