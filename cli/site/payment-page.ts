import type Stripe from "stripe";

const TIMEOUT_MS = 15_000;

/**
 * Where the account's payment page is: on its own domain, if one is set up at Stripe. Only an open checkout tells; undefined when none is
 * open, or the key may not read them. https://docs.stripe.com/payments/checkout/custom-domains
 */
export async function paymentPageOrigin(stripe: Stripe): Promise<string | undefined> {
  const open = await stripe.checkout.sessions
    .list({ status: "open", limit: 1 }, { timeout: TIMEOUT_MS })
    .catch(() => undefined);
  const url = URL.parse(open?.data[0]?.url ?? "");
  // The simulated Stripe's is on this machine.
  return url?.protocol === "https:" ? url.origin : undefined;
}
