import * as z from "zod/mini";

import type { ClaimCookies } from "../auth/claim-cookies.ts";
import type { HopLinks } from "../auth/hop-links.ts";
import { errorPageResponse } from "../http/error-page.ts";
import { HttpError } from "../http/http-error.ts";
import { seeOther } from "../http/responses.ts";
import type { Route } from "../http/route.ts";

export interface OpenCheckoutDependencies {
  hops: HopLinks;
  claims: ClaimCookies;
  config: { siteUrl: string };
}

/**
 * `GET /api/open-checkout?token=…&to=…`: on the way from a page at another address to Stripe's page. Sets the cookie that proves
 * that this browser opened the session, and answers 303 to the address that we signed ourselves, to no other.
 *
 * Someone who sends this link to another person gives away their own order. The link shows nothing that Stripe's page for the
 * session would not show.
 */
export const openCheckout: Route<OpenCheckoutDependencies> = {
  name: "open-checkout",
  path: "/api/open-checkout",
  method: "GET",
  summary: "Leads on to the payment page, by way of the shop's own address",
  details:
    "`create-checkout-session` answers with this address if the page that asked is not at SITE_URL. It sets the cookie that proves that this browser opened the checkout.",
  query: {
    token: z.string().check(z.describe("Signed by the shop; it works for a few minutes.")),
    to: z.string().check(z.describe("Stripe's payment page.")),
  },
  answers: { 303: { description: "To Stripe's payment page." } },
  errors: { 403: ["checkout_link_expired", "checkout_link_invalid"] },
  rendersErrors: true,

  open: ({ hops, claims, config }) => ({
    async handle(request, context) {
      // In a frame or an image on a foreign page it is of no use to a buyer.
      const destination = request.headers.get("sec-fetch-dest");
      if (destination !== null && destination !== "document") throw refused("checkout_link_invalid");
      const hop = hops.read(request.url);
      if (hop.kind === "expired") throw refused("checkout_link_expired");
      if (hop.kind === "invalid") throw refused("checkout_link_invalid");
      context.note({ sessionId: hop.orderId });
      const response = seeOther(hop.checkoutUrl);
      for (const cookie of claims.claim(request, hop.orderId)) response.headers.append("Set-Cookie", cookie);
      return response;
    },

    renderError(error, request, requestId) {
      if (!(request.headers.get("accept") ?? "").includes("text/html")) return undefined;
      const page = {
        heading: "Checkout did not open",
        sentences: [error.message, "Nothing was charged."],
        shopUrl: config.siteUrl,
        requestId,
      };
      return errorPageResponse(error.status, page, error.headers);
    },
  }),
};

function refused(code: "checkout_link_expired" | "checkout_link_invalid"): HttpError {
  return new HttpError(403, code, MESSAGES[code]);
}

const MESSAGES = {
  checkout_link_expired:
    "This link works for a few minutes only. Please go back to the page you came from and choose the item again.",
  checkout_link_invalid:
    "This link does not lead to a checkout. Please go back to the page you came from and choose the item again.",
} as const;
