import { clientAddress } from "../http/client-address.ts";
import type { Route } from "../http/endpoint.ts";
import { HttpError, unavailable } from "../http/http-error.ts";
import { jsonResponse } from "../http/responses.ts";
import type { LookLimit } from "../limits/look-limit.ts";
import { createDeadline } from "../orders/deadline.ts";
import { readOrderStatus } from "../orders/order-status.ts";
import { createRecentLooks } from "../orders/recent-looks.ts";
import type { SettleDependencies } from "../orders/settle-order.ts";

const ANSWER_WITHIN_MS = 8_000;

export interface OrderStatusDependencies {
  keeping: () => Promise<SettleDependencies>;
  limit: LookLimit;
  addressHeader: string | undefined;
  now: () => number;
}

/**
 * `GET /api/order-status?session_id=cs_…`: how an order stands, for the page the buyer comes back to. Knowing a session's id
 * shows its state, item names and total; nothing about the buyer. Unknown and malformed ids get the same 404.
 */
export function createOrderStatusRoute(dependencies: OrderStatusDependencies): Route {
  const { keeping, limit, addressHeader, now } = dependencies;
  const recentLooks = createRecentLooks(now);

  return {
    name: "order-status",
    method: "GET",

    async handle(request, context) {
      await limit.admit(clientAddress(request, context.caller, addressHeader));
      const orderId = readSessionId(request.url);
      if (orderId === undefined) throw orderNotFound();
      const deadline = createDeadline(now, ANSWER_WITHIN_MS);
      const status = await readOrderStatus(orderId, deadline, recentLooks, await keeping()).catch(
        (error: unknown) => {
          // Whatever we cannot reach now says nothing about the order: the page keeps waiting.
          throw unavailable("try_again", "The order could not be looked up right now.", 3, error);
        },
      );
      if (status === undefined) throw orderNotFound();
      context.note({ orderId, state: status.state });
      return jsonResponse(200, status);
    },
  };
}

/** Undefined unless there is exactly one, and it looks like Stripe's. */
function readSessionId(url: string): string | undefined {
  const values = new URL(url).searchParams.getAll("session_id");
  const [value] = values;
  return values.length === 1 && value !== undefined && /^cs_(?:test|live)_\w{10,200}$/.test(value)
    ? value
    : undefined;
}

function orderNotFound(): HttpError {
  return new HttpError(404, "order_not_found", "We could not find this order.");
}
