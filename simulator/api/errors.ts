import type Stripe from "stripe";
import type { KnownValue } from "./known-value.ts";

/** The body of Stripe's error answers: https://docs.stripe.com/api/errors */
export interface StripeErrorBody {
  error: {
    type: KnownValue<Stripe.PaymentIntent.LastPaymentError.Type>;
    code?: string;
    doc_url?: string;
    message: string;
    param?: string;
    request_log_url?: string;
  };
}

/** The caller's fault, in Stripe's words. Thrown anywhere while an API call is handled. */
export class StripeApiError extends Error {
  readonly status: number;
  readonly type: "invalid_request_error" | "idempotency_error" | "api_error";
  readonly code: string | undefined;
  readonly param: string | undefined;

  constructor(
    message: string,
    details: {
      status?: number;
      type?: "invalid_request_error" | "idempotency_error" | "api_error";
      code?: string;
      param?: string;
    } = {},
  ) {
    super(message);
    this.name = "StripeApiError";
    this.status = details.status ?? 400;
    this.type = details.type ?? "invalid_request_error";
    this.code = details.code;
    this.param = details.param;
  }
}

export function errorBody(error: StripeApiError, requestId: string): StripeErrorBody {
  return {
    error: {
      ...(error.code === undefined
        ? {}
        : {
            code: error.code,
            doc_url: `https://stripe.com/docs/error-codes/${error.code.replaceAll("_", "-")}`,
          }),
      message: error.message,
      ...(error.param === undefined ? {} : { param: error.param }),
      request_log_url: `https://dashboard.stripe.com/acct_simulated/test/logs/${requestId}`,
      type: error.type,
    },
  };
}

/** An unknown id in the address: 404. An unknown id in a parameter: 400, with the parameter's name. */
export function noSuch(kind: string, id: string, param: string, status: 400 | 404): StripeApiError {
  return new StripeApiError(`No such ${kind}: '${id}'`, { status, code: "resource_missing", param });
}
