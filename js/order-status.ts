import type { Delivered } from "../core/delivery/delivered.ts";
import type { PublicStatus } from "../core/order-page/public-status.ts";
import type { ReturnAddress } from "./return-address.ts";

/** What `GET /api/order-status` says about an order. */
export type OrderStatus = PublicStatus & {
  /** Where the rest of the order is, for a browser that is not known to be the buyer's. `to` is the address's first letter: `a…`. */
  wayBack?: { kind: "mail"; to: string } | { kind: "browser"; supportEmail?: string };
  /** For the buyer alone: in the browser that opened the checkout, or with the link from the mail. */
  personal?: PersonalPart;
};

type PersonalPart = {
  /** Masked. */
  email?: string;
  /** What was paid in the buyer's own currency, where Stripe converted the price. */
  presentment?: { currency: string; amountMinor: number };
  /** The taxes in the order's amounts. */
  taxMinor?: number;
  receiptUrl?: string;
  /** What the order brought. Empty before it is paid, after it was revoked, and while its subscription is paused. */
  deliveries?: Delivered[];
  /** Why nothing is handed out any more, or for now. */
  revokedBecause?: "refunded" | "dispute_lost" | "subscription_ended" | "subscription_paused";
  /** The mail about the order can be sent again. */
  mailAgain?: true;
  /** Opens this page on any device, in a shop that sends no mails. */
  keepLink?: { url: string; goodUntilMs: number };
};

export type OrderState = (typeof orderStates)[number];

export type OrderAnswer =
  | { kind: "order"; order: OrderStatus }
  | { kind: "not_found" }
  /** No connection, no answer in time, a server that is busy: says nothing at all about the order. */
  | { kind: "unsure"; retryAfterMs: number };

const orderStates = ["open", "awaiting_payment", "paid", "fulfilled", "payment_failed", "expired"] as const;
const timeoutMs = 10_000;
const longestRetryAfterMs = 30_000;

/** Asks once. Never throws: a request that fails is `unsure`. */
export async function fetchOrderStatus({ sessionId, token }: ReturnAddress): Promise<OrderAnswer> {
  let retryAfterMs = 0;
  try {
    const response = await fetch(`/api/order-status?session_id=${encodeURIComponent(sessionId)}`, {
      cache: "no-store",
      ...(token && { headers: { Authorization: `Bearer ${token}` } }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status === 404) return { kind: "not_found" };
    const retryAfterSeconds = Number(response.headers.get("Retry-After"));
    retryAfterMs = Math.min(retryAfterSeconds * 1000 || 0, longestRetryAfterMs);
    if (response.ok) {
      const order = (await response.json()) as OrderStatus;
      // A state that this page does not know (the server was updated under an open page) counts as no answer.
      if (orderStates.includes(order.state)) return { kind: "order", order };
    }
  } catch {
    // Offline, timed out, or not JSON.
  }
  return { kind: "unsure", retryAfterMs };
}
