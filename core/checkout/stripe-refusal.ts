import { HttpError, unavailable } from "../http/http-error.ts";
import { describeError, type Log } from "../log.ts";
import { classifyStripeError, isStripeError } from "../stripe/errors.ts";

/**
 * What a buyer is told when Stripe does not open a checkout; what the owner must do about it goes to the log. Nothing of
 * Stripe's own words reaches the browser: they name keys, accounts and internals.
 */
export function toHttpError(error: unknown, log: Log): unknown {
  switch (classifyStripeError(error)) {
    case "not_found":
    case "refused":
      return refusal(error, log);
    case "idempotency_conflict":
      if (isStripeError(error) && error.statusCode === 409) {
        // The first click's request is still under way; the same request in a moment gets its answer.
        return unavailable(
          "checkout_opening",
          "The checkout is just being opened. Please try again in a moment.",
          2,
          error,
        );
      }
      return new HttpError(
        409,
        "idempotency_key_reused",
        "This order was already started. Please reload the page.",
        {
          cause: error,
        },
      );
    case "unavailable":
      return unavailable(
        "stripe_unavailable",
        "The payment service is busy. Please try again in a moment.",
        5,
        error,
      );
    case "key_refused":
      log.error("stripe_key_refused", {
        permission: missingPermission(error),
        fix: "Stripe refuses STRIPE_SECRET_KEY: it is wrong, revoked or lacks a permission. Copy a valid key from https://dashboard.stripe.com/apikeys, or give a restricted key all permissions of the README's table, and deploy again.",
      });
      return new HttpError(
        500,
        "shop_not_configured",
        "The shop cannot take orders right now. Please try again later.",
        {
          cause: error,
        },
      );
    case "unknown":
      return error;
  }
}

/** What Stripe says that a restricted key lacks; its other words quote the key. */
function missingPermission(error: unknown): string | undefined {
  return error instanceof Error ? /'(rak_\w+)'/.exec(error.message)?.[1] : undefined;
}

/** A price that is missing or unusable is a mistake on the page; the owner can mend it, the buyer cannot. */
function refusal(error: unknown, log: Log): HttpError {
  const missingPrice =
    isStripeError(error) && (error.code === "resource_missing" || error.param?.includes("price") === true);
  if (missingPrice) {
    log.error("price_refused", {
      error: describeError(error),
      fix: "Check the data-price-id in your HTML: it must be an active price of the Stripe account and mode (test or live) that STRIPE_SECRET_KEY belongs to.",
    });
    return new HttpError(400, "unknown_price", "This item is not for sale at the moment.", { cause: error });
  }
  return new HttpError(502, "checkout_refused", "The checkout could not be opened. Please try again later.", {
    cause: error,
  });
}
