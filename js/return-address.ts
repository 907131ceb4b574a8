/**
 * The order's id, which Stripe put into the address of the page the buyer returned to; null when there is none.
 * It moves from the query to the fragment: a reload and a bookmark still find it, but no server log, no Referer and no
 * analytics script that reports the page's query ever does.
 */
export function takeSessionId(): string | null {
  const sessionId =
    new URLSearchParams(location.search).get("session_id") ??
    new URLSearchParams(location.hash.slice(1)).get("session_id");
  // Stripe fills {CHECKOUT_SESSION_ID} in on the success page; elsewhere it may arrive as it was written.
  if (!sessionId?.startsWith("cs_")) return null;
  history.replaceState(null, "", `${location.pathname}#${new URLSearchParams({ session_id: sessionId })}`);
  return sessionId;
}
