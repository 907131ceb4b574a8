import { HttpError, unavailable } from "../http/http-error.ts";
import { describeError, type Log } from "../log/log.ts";
import { classifyStripeError, isStripeError } from "../stripe/errors.ts";

/**
 * What a buyer is told when Stripe does not open a checkout; the log tells the owner what to do. Stripe's own words never reach the
 * browser: they name keys, accounts and internals.
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

/** The permission that a restricted key lacks, according to Stripe. The rest of Stripe's message quotes the key. */
function missingPermission(error: unknown): string | undefined {
  return error instanceof Error ? /'(rak_\w+)'/.exec(error.message)?.[1] : undefined;
}

/** A price that is missing or unusable is a mistake on the page; the owner can fix it, the buyer cannot. */
function refusal(error: unknown, log: Log): HttpError {
  if (refusesManagedPayments(error)) {
    log.error("managed_payments_refused", {
      error: describeError(error),
      fix: "Stripe's Managed Payments (`checkout.managedPayments` in shop.config.ts) sells digital goods, takes care of tax itself and refuses many options. Remove the option that Stripe names, give the product an eligible tax code in the Stripe dashboard, or remove `managedPayments`; then deploy again.",
    });
    return checkoutRefused(error);
  }
  if (refusesPrice(error)) {
    log.error("price_refused", {
      error: describeError(error),
      fix: "Check the data-price-id in your HTML: it must be an active price of the Stripe account and mode (test or live) that STRIPE_SECRET_KEY belongs to.",
    });
    return new HttpError(400, "unknown_price", "This item is not for sale at the moment.", { cause: error });
  }
  return checkoutRefused(error);
}

function checkoutRefused(cause: unknown): HttpError {
  return new HttpError(502, "checkout_refused", "The checkout could not be opened. Please try again later.", {
    cause,
  });
}

/**
 * "custom_text cannot be used with Managed Payments, which is enabled by default on your account. …", and "Invalid line_items[0]: the
 * product tax code is missing. Product tax code is required for Managed Payments." Stripe gives them no code of their own.
 */
function refusesManagedPayments(error: unknown): boolean {
  return (
    classifyStripeError(error) === "refused" &&
    error instanceof Error &&
    /managed payments/i.test(error.message)
  );
}

/** True when Stripe refuses the price itself: no price has that id, or it is no longer sold. */
export function refusesPrice(error: unknown): boolean {
  const failure = classifyStripeError(error);
  if (!isStripeError(error) || (failure !== "not_found" && failure !== "refused")) return false;
  // Another price of the same product fares no better.
  if (refusesManagedPayments(error)) return false;
  return error.code === "resource_missing" || error.param?.includes("price") === true;
}
