/** What the address of the page says about the order it is to show. */
export type ReturnAddress = {
  sessionId: string;
  /** Only in a link from a mail: shows all of the order in any browser. Always in the fragment. */
  token: string | null;
};

/**
 * The order's id, which Stripe put into the address of the page the buyer returned to; null when there is none.
 * It moves from the query to the fragment: a reload and a bookmark still find it, but server logs, the Referer and analytics scripts that
 * report the page's query never do.
 */
export function takeReturnAddress(): ReturnAddress | null {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const sessionId = new URLSearchParams(location.search).get("session_id") ?? fragment.get("session_id");
  const token = fragment.get("token");
  // Stripe fills {CHECKOUT_SESSION_ID} in on the success page; elsewhere it may arrive as it was written.
  if (!sessionId?.startsWith("cs_")) return null;
  const kept = new URLSearchParams({ session_id: sessionId, ...(token && { token }) });
  history.replaceState(null, "", `${location.pathname}#${kept}`);
  return { sessionId, token };
}
