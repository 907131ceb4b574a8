import type { CheckoutSession } from "../state/stored.ts";

const placeholder = "{CHECKOUT_SESSION_ID}";

export function successUrl(session: CheckoutSession): string {
  return (session.success_url ?? "").replaceAll(placeholder, session.id);
}

/** Stripe documents the placeholder for `success_url` only; here it is replaced in both. */
export function cancelUrl(session: CheckoutSession): string | null {
  return session.cancel_url?.replaceAll(placeholder, session.id) ?? null;
}

/** Browsers apply `form-action` to the redirect after a form as well, so the shop's origin must be in it. */
export function returnOrigins(session: CheckoutSession): string[] {
  const urls = [session.success_url, session.cancel_url].filter((url) => url !== null);
  return [...new Set(urls.map((url) => new URL(url).origin))];
}
