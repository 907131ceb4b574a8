import * as z from "zod/mini";

import type { ClaimCookies } from "../auth/claim-cookies.ts";
import type { OrderPageLinks } from "../auth/order-page-links.ts";
import type { Deliveries } from "../delivery/deliveries.ts";
import { unavailable, type HttpError } from "../http/http-error.ts";
import { jsonResponse } from "../http/responses.ts";
import type { Limit, OpenRoute, Route } from "../http/route.ts";
import { createDeadline } from "../retry/deadline.ts";
import { readOrderStatus, type OrderView } from "../order-page/order-status.ts";
import { wayBack, wayBackSchema } from "../delivery/way-back.ts";
import { personalPart, personalPartSchema } from "../order-page/personal-part.ts";
import { publicStatus } from "../order-page/public-status.ts";
import type { SettleDependencies } from "../orders/settle-dependencies.ts";
import type { ReadThrottle } from "../order-page/read-throttle.ts";
import type { Mailer } from "../mail/mailer.ts";
import { requestedOrder, orderNotFound } from "./requested-order.ts";

const ANSWER_WITHIN_MS = 8_000;

export interface OrderStatusDependencies {
  loadServices: () => Promise<SettleDependencies & { mailer: Mailer | undefined }>;
  claims: ClaimCookies;
  orderPages: OrderPageLinks;
  deliveries: Deliveries;
  site: { shop: { supportEmail?: string } };
  config: { stripe: { livemode: boolean } };
  readLimit: Limit;
  readThrottle: ReadThrottle;
  now: () => number;
}

/**
 * `GET /api/order-status?session_id=cs_…`: how an order stands, for the page the buyer comes back to. Anyone who knows a session's
 * id sees its state, item names and total, but nothing about the buyer. `personal` is added for the browser that opened the session,
 * and for anyone with the link from the mail; `wayBack` tells all others where the rest of the order is. Unknown, malformed and
 * foreign ids, and those of the other mode, get the same 404.
 */
export const orderStatus: Route<OrderStatusDependencies> = {
  name: "order-status",
  path: "/api/order-status",
  method: "GET",
  summary: "How an order stands",
  details:
    "For the page that the buyer comes back to. `personal` is only for the browser that opened the checkout, and for anyone with the link from the mail.",
  query: { session_id: z.string().check(z.describe("The order's number: `cs_…`, in this shop's mode.")) },
  bearer: { description: "The token of the mail's link.", isOptional: true },
  answers: {
    200: {
      description: "How it stands.",
      schema: z.extend(publicStatus, {
        personal: z.exactOptional(personalPartSchema),
        wayBack: z.exactOptional(wayBackSchema),
      }),
    },
  },
  errors: { 404: ["order_not_found"], 429: ["too_many_looks"], 503: ["try_again"] },
  open,
};

function open(dependencies: OrderStatusDependencies): OpenRoute {
  const { loadServices, claims, orderPages, deliveries, site, config, readLimit, readThrottle, now } =
    dependencies;
  const { supportEmail } = site.shop;
  const reads = { throttle: readThrottle, singleFlight: readThrottle.singleFlight<OrderView>() };

  return {
    limit: readLimit,

    async handle(request, context) {
      await context.admit();
      const orderId = readSessionId(request.url, config.stripe.livemode);
      if (orderId === undefined) throw orderNotFound();
      const hasBought = claims.holds(request, orderId);
      const isBuyer = hasBought || orderPages.opens(request, orderId);
      const deadline = createDeadline(now, ANSWER_WITHIN_MS);
      const services = await loadServices();
      const read = await readOrderStatus(orderId, { isBuyer }, deadline, reads, services).catch(
        (error: unknown) => {
          // What cannot be reached right now says nothing about the order: the page keeps waiting.
          throw tryAgain(error);
        },
      );
      if (read.kind === "later") throw tryAgain();
      if (read.view === undefined) throw orderNotFound();
      const { status, order } = read.view;
      context.note({ orderId, state: status.state, isBuyer });
      const sendsMail = services.mailer !== undefined;
      if (order === undefined) return jsonResponse(200, status);
      const keepLink = hasBought ? orderPages.keepsakeOf : undefined;
      const more = isBuyer
        ? { personal: personalPart(order, { deliveries, sendsMail, keepLink }) }
        : { wayBack: wayBack(order, { deliveries, sendsMail, supportEmail }) };
      const answer = jsonResponse(200, { ...status, ...more });
      for (const cookie of claims.keep(request, orderId)) answer.headers.append("Set-Cookie", cookie);
      return answer;
    },
  };
}

/** Undefined unless there is exactly one, and it looks like Stripe's id of a session in this mode. */
function readSessionId(url: string, livemode: boolean): string | undefined {
  const values = new URL(url).searchParams.getAll("session_id");
  const [value] = values;
  return values.length === 1 ? requestedOrder(value, livemode) : undefined;
}

function tryAgain(cause?: unknown): HttpError {
  return unavailable("try_again", "The order could not be looked up right now.", 3, cause);
}
