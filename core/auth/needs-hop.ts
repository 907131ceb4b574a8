/**
 * Whether the cookie that an answer to `request` sets would miss the page to which the buyer returns, which is at `siteUrl`.
 *
 * A script's request can only set cookies within its own origin. A form is a navigation: its cookie belongs to the host that was
 * asked, and the page of a form often hides its own (`Origin: null`). Clients that are not browsers handle cookies in their own way.
 *
 * The request's Host only decides whether there is a hop, never where it leads.
 */
export function needsHop(request: Request, format: "json" | "form", siteUrl: string): boolean {
  const site = new URL(siteUrl);
  const header = request.headers.get("origin");
  const origin = header === null || header === "null" ? undefined : header;
  const fetchSite = request.headers.get("sec-fetch-site");
  if (format === "json") {
    if (origin === undefined) return false;
    return origin !== site.origin || fetchSite === "cross-site" || fetchSite === "same-site";
  }
  if (origin === site.origin || (origin === undefined && fetchSite === null)) return false;
  return (request.headers.get("host") ?? new URL(request.url).host) !== site.host;
}
