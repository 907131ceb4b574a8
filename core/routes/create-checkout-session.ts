import * as z from "zod/mini";

import type { ClaimCookies } from "../auth/claim-cookies.ts";
import type { HopLinks } from "../auth/hop-links.ts";
import { needsHop } from "../auth/needs-hop.ts";
import { openSession, type OpenSessionDependencies } from "../checkout/open-session.ts";
import { parseFormPurchase, parseJsonPurchase, purchaseSchema } from "../checkout/purchase-request.ts";
import { errorPageResponse } from "../http/error-page.ts";
import { HttpError } from "../http/http-error.ts";
import { mediaType } from "../http/media-type.ts";
import { decodeUtf8, readBody } from "../http/read-body.ts";
import { onwardPageResponse } from "../http/onward-page.ts";
import type { OriginPolicy } from "../http/origin.ts";
import { jsonResponse, seeOther } from "../http/responses.ts";
import type { Limit, OpenRoute, Route } from "../http/route.ts";
import { createDeadline } from "../retry/deadline.ts";

const BODY_LIMIT_BYTES = 8 * 1024;
const IDEMPOTENCY_KEY = /^[\w-]{16,64}$/;

/** The button waits 15 s. */
const ANSWER_WITHIN_MS = 12_000;

export interface CreateCheckoutSessionDependencies extends OpenSessionDependencies {
  claims: ClaimCookies;
  hops: HopLinks;
  config: OpenSessionDependencies["config"] & { siteUrl: string; origins: OriginPolicy };
  checkoutLimit: Limit;
}

/**
 * `POST /api/create-checkout-session`: opens a Checkout Session for one price.
 *
 * Takes JSON (`{ "price_id", "quantity"? }`, where `price_id` may be a lookup key and may be called `priceId`; optionally an
 * `Idempotency-Key` header) and answers `{ "url" }`; or a plain HTML form with the same field names and answers 303 to Stripe's page.
 * Either way the browser gets a cookie that proves that it opened this session; if the page is at another address than SITE_URL, by
 * way of `/api/open-checkout`. Only for this shop's own pages, and only so often.
 */
export const createCheckoutSession: Route<CreateCheckoutSessionDependencies> = {
  name: "create-checkout-session",
  path: "/api/create-checkout-session",
  method: "POST",
  summary: "Opens a checkout for one price",
  details:
    "Only for the shop's own pages (SITE_URL and ALLOWED_ORIGINS). A form gets a redirect where JSON gets an address.",
  requestHeaders: {
    "Idempotency-Key": z.optional(
      z
        .string()
        .check(
          z.regex(IDEMPOTENCY_KEY),
          z.describe("The same for every try of one purchase: they open one checkout."),
        ),
    ),
  },
  body: { schema: purchaseSchema, example: { price_id: "price_…", quantity: 1 }, alsoAsForm: true },
  answers: {
    200: {
      description:
        "Where to send the buyer. A form gets a page that leads on, if the shop has another address.",
      schema: z.object({ url: z.url() }),
      contentType: "text/html",
    },
    303: { description: "For a form: to Stripe's payment page." },
  },
  errors: {
    400: [
      "invalid_encoding",
      "invalid_idempotency_key",
      "invalid_json",
      "invalid_quantity",
      "invalid_request",
      "price_not_for_sale",
      "unknown_price",
    ],
    403: ["origin_refused"],
    409: ["idempotency_key_reused"],
    413: ["body_too_large"],
    415: ["unsupported_media_type"],
    429: ["shop_busy", "too_many_checkouts"],
    500: ["item_not_deliverable"],
    502: ["checkout_refused"],
    503: ["checkout_opening", "limits_unavailable", "stripe_unavailable"],
  },
  rendersErrors: true,
  open,
};

function open(dependencies: CreateCheckoutSessionDependencies): OpenRoute {
  const { config, checkoutLimit, now } = dependencies;
  return {
    origins: config.origins,
    limit: checkoutLimit,

    async handle(request, context) {
      const format = bodyFormat(request);
      const idempotencyKey = readIdempotencyKey(request);
      const text = decodeUtf8(await readBody(request, BODY_LIMIT_BYTES));
      const purchase = format === "form" ? parseFormPurchase(text) : parseJsonPurchase(text);

      const deadline = createDeadline(now, ANSWER_WITHIN_MS);
      // A price that is not for sale does not count against the limits. A request that the limits refuse makes no call to Stripe.
      dependencies.catalog.requireOffered(purchase);
      await context.admit();
      const session = await openSession(purchase, idempotencyKey, deadline, dependencies);
      context.note({ sessionId: session.id, priceId: purchase.price_id });
      const response = leadOn(request, format, session, dependencies);
      for (const cookie of dependencies.claims.claim(request, session.id)) {
        response.headers.append("Set-Cookie", cookie);
      }
      return response;
    },

    renderError(error, request, requestId) {
      if (!isForm(request)) return undefined;
      const page = {
        heading: "Checkout did not start",
        sentences: [error.message, "Nothing was charged."],
        shopUrl: config.siteUrl,
        requestId,
      };
      return errorPageResponse(error.status, page, error.headers);
    },
  };
}

/** Leads to Stripe's page, by way of SITE_URL if the cookie would not get there otherwise. */
function leadOn(
  request: Request,
  format: "json" | "form",
  { id, url }: { id: string; url: string },
  { hops, config }: CreateCheckoutSessionDependencies,
): Response {
  const hop = needsHop(request, format, config.siteUrl)
    ? hops.urlOf({ orderId: id, checkoutUrl: url })
    : undefined;
  if (format === "json") return jsonResponse(200, { url: hop ?? url });
  return hop === undefined ? seeOther(url) : onwardPageResponse(hop);
}

function bodyFormat(request: Request): "json" | "form" {
  if (isForm(request)) return "form";
  if (mediaType(request) === "application/json") return "json";
  throw new HttpError(415, "unsupported_media_type", "Send the order as JSON or as an HTML form.");
}

function isForm(request: Request): boolean {
  return mediaType(request) === "application/x-www-form-urlencoded";
}

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
function readIdempotencyKey(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  if (IDEMPOTENCY_KEY.test(key)) return key;
  throw new HttpError(
    400,
    "invalid_idempotency_key",
    "The Idempotency-Key must be 16 to 64 letters, digits, - or _.",
  );
}
