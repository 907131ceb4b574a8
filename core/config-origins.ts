/** Each once, as browsers write them. What a host states is passed over when it is no address. */
export function originsOf(addresses: readonly string[]): string[] {
  const origins = addresses.flatMap((address) => URL.parse(address)?.origin ?? []);
  return [...new Set(origins.filter((origin) => origin !== "null"))];
}

/**
 * The site's address with `www.` and without: both names are the owner's. Browsers from before 2023 do not say `Sec-Fetch-Site`, so
 * that only the list tells that a page at the other name is the shop's.
 */
export function bothNamesOf(siteUrl: string): string[] {
  const url = URL.parse(siteUrl);
  if (url === null || !/[a-z]$/i.test(url.hostname) || !url.hostname.includes(".")) return [siteUrl];
  const other = url.host.startsWith("www.") ? url.host.slice("www.".length) : `www.${url.host}`;
  return [siteUrl, `${url.protocol}//${other}`];
}
