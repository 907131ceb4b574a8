import type { OrderId, OrderSnapshot } from "../orders/order.ts";
import { endOfOrderDay } from "../orders/order-day.ts";
import type { Signer } from "./signer.ts";

/** The address of an order's page that shows all of it in any browser. Only for the buyer. */
export interface OrderPageLinks {
  /** For a mail that is written now. The same address for all attempts of one day: see `endOfOrderDay`. */
  urlOf(order: LinkedOrder): string;
  /** For the buyer of a shop that sends no mails, to be kept. `goodUntilMs` is in ms since 1970. */
  keepsakeOf(order: LinkedOrder): { url: string; goodUntilMs: number };
  /** True when the request brings the token of such an address: `Authorization: Bearer …`, as the page sends it. */
  opens(request: Request, orderId: OrderId): boolean;
}

type LinkedOrder = Pick<OrderSnapshot, "orderId" | "createdMs">;

const DAY_MS = 24 * 3_600_000;

/** People keep mails for a long time, and others may come to read them. The shop can send a new one. */
const MAIL_LINK_MS = 90 * DAY_MS;

/** No mail ever brings a new one: once the cookie is gone, this is the only way back. */
const KEEPSAKE_MS = 365 * DAY_MS;

/**
 * The token stands behind the `#` of the address, which browsers do not send: it reaches no server's log, no Referer, and no analytics
 * script that reports a page's query.
 */
export function createOrderPageLinks(signer: Signer, siteUrl: string, now: () => number): OrderPageLinks {
  const link = (orderId: OrderId, goodUntilMs: number): string => {
    const token = signer.sign(orderId, goodUntilMs);
    const fragment = new URLSearchParams({ session_id: orderId, token }).toString();
    return `${siteUrl}/success.html#${fragment}`;
  };
  return {
    urlOf: ({ orderId, createdMs }) => link(orderId, endOfOrderDay(createdMs, now() + MAIL_LINK_MS)),

    keepsakeOf({ orderId, createdMs }) {
      // A page that asks every few seconds gets the same link.
      const goodUntilMs = endOfOrderDay(createdMs, now() + KEEPSAKE_MS);
      return { url: link(orderId, goodUntilMs), goodUntilMs };
    },

    opens(request, orderId) {
      const [, token] = /^Bearer ([\w.-]{1,100})$/.exec(request.headers.get("authorization") ?? "") ?? [];
      return token !== undefined && signer.isValid(token, orderId);
    },
  };
}
