import type { OrderId } from "../orders/order.ts";
import { claimedExpiryMs, type Signer } from "./signer.ts";

/** An opened Checkout Session and Stripe's page for it. */
interface OpenCheckout {
  orderId: OrderId;
  checkoutUrl: string;
}

/**
 * Addresses at SITE_URL that lead on to Stripe's page. A script on a page at another address cannot get the shop's cookie into its
 * visitor's browser. A browser that passes through the shop on its way to Stripe gets it.
 */
export interface HopLinks {
  urlOf(checkout: OpenCheckout): string;
  /** Leads only to the page that `urlOf` was given: the signature covers both. */
  read(url: string): ReadHop;
}

type ReadHop = ({ kind: "valid" } & OpenCheckout) | { kind: "expired" } | { kind: "invalid" };

/** The browser follows the link at once. Hosts log addresses, so a link that is found in a log must soon be useless. */
const HOP_MS = 5 * 60_000;

/** `<order>.<expiry>.<signature>` */
const TOKEN = /^(cs_(?:test|live)_\w{10,200})\.([0-9a-z]{1,8}\.[\w-]{43})$/;

export function createHopLinks(signer: Signer, siteUrl: string, now: () => number): HopLinks {
  // The id has no line break, so no other pair of id and address reads the same.
  const subject = ({ orderId, checkoutUrl }: OpenCheckout): string => `${orderId}\n${checkoutUrl}`;
  return {
    urlOf(checkout) {
      const token = `${checkout.orderId}.${signer.sign(subject(checkout), now() + HOP_MS)}`;
      const query = new URLSearchParams({ token, to: checkout.checkoutUrl }).toString();
      return `${siteUrl}/api/open-checkout?${query}`;
    },

    read(url) {
      const { searchParams } = new URL(url);
      const [tokens, addresses] = [searchParams.getAll("token"), searchParams.getAll("to")];
      const [, orderId, signature] = TOKEN.exec(tokens[0] ?? "") ?? [];
      const [checkoutUrl] = addresses;
      if (orderId === undefined || signature === undefined || checkoutUrl === undefined)
        return { kind: "invalid" };
      if (tokens.length !== 1 || addresses.length !== 1) return { kind: "invalid" };
      if ((claimedExpiryMs(signature) ?? 0) <= now()) return { kind: "expired" };
      const checkout = { orderId, checkoutUrl };
      return signer.isValid(signature, subject(checkout))
        ? { kind: "valid", ...checkout }
        : { kind: "invalid" };
    },
  };
}
