import { StripeApiError } from "./errors.ts";

/** Secret and restricted keys of a sandbox. Anything else is refused, above all a live key. */
const testKey = /^(?:sk|rk)_test_\w+$/;

/** The key in `Authorization: Bearer sk_test_…` (or Basic with the key as the user name), checked as Stripe does. */
export function authenticate(authorization: string | null): string {
  const key = apiKey(authorization);
  if (key === "") {
    throw new StripeApiError(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
      { status: 401 },
    );
  }
  if (!testKey.test(key))
    throw new StripeApiError(`Invalid API Key provided: ${masked(key)}`, { status: 401 });
  return key;
}

function apiKey(authorization: string | null): string {
  const [scheme = "", credentials = ""] = (authorization ?? "").split(" ");
  if (scheme.toLowerCase() === "bearer") return credentials;
  if (scheme.toLowerCase() === "basic")
    return Buffer.from(credentials, "base64").toString().split(":")[0] ?? "";
  return "";
}

/** Stripe shows the beginning and the last four characters. */
export function masked(key: string): string {
  const prefix = /^(?:sk|rk|pk)_(?:test|live)_/.exec(key)?.[0] ?? "";
  const hidden = Math.max(key.length - prefix.length - 4, 0);
  return `${prefix}${"*".repeat(hidden)}${key.slice(prefix.length + hidden)}`;
}
