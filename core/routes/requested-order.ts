import { HttpError } from "../http/http-error.ts";
import type { OrderId } from "../orders/order.ts";

/** The order a caller names; undefined unless it looks like Stripe's id of a session of this mode. */
export function requestedOrder(sessionId: string | undefined, livemode: boolean): OrderId | undefined {
  if (sessionId === undefined || !/^cs_(?:test|live)_\w{10,200}$/.test(sessionId)) return undefined;
  return sessionId.startsWith(livemode ? "cs_live_" : "cs_test_") ? sessionId : undefined;
}

/** The same answer for ids that are unknown, malformed, of another shop or of the other mode. */
export function orderNotFound(): HttpError {
  return new HttpError(404, "order_not_found", "We could not find this order.");
}
