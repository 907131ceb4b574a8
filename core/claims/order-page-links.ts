import type { OrderId } from "../orders/order.ts";
import type { Signer } from "../signing/signer.ts";

/** The address of an order's page that shows all of it in any browser. For mails to the buyer alone. */
export interface OrderPageLinks {
  urlOf(orderId: OrderId): string;
  /** True when the request brings the token of such an address: `Authorization: Bearer …`, as the page sends it. */
  opens(request: Request, orderId: OrderId): boolean;
}

/** Mails are kept for long, and read by others in the end. */
const LINK_MS = 90 * 24 * 3_600_000;

/**
 * The token stands behind the `#` of the address, which browsers keep to themselves: it reaches no server's log, no Referer, and
 * no analytics script that reports a page's query.
 */
export function createOrderPageLinks(signer: Signer, siteUrl: string, now: () => number): OrderPageLinks {
  return {
    urlOf(orderId) {
      const token = signer.sign(orderId, now() + LINK_MS);
      const fragment = new URLSearchParams({ session_id: orderId, token }).toString();
      return `${siteUrl}/success.html#${fragment}`;
    },

    opens(request, orderId) {
      const [, token] = /^Bearer ([\w.-]{1,100})$/.exec(request.headers.get("authorization") ?? "") ?? [];
      return token !== undefined && signer.isValid(token, orderId);
    },
  };
}
