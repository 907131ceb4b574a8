/** What a Stripe SDK sends, wherever `STRIPE_API_BASE` points it. */
export function isForStripe(url: URL): boolean {
  if (url.hostname === "api.stripe.com") return true;
  const isLoopback = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  return isLoopback && /^\/v[12]\//.test(url.pathname);
}
