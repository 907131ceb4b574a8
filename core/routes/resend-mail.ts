import * as z from "zod/mini";

import type { ClaimCookies } from "../auth/claim-cookies.ts";
import type { OrderPageLinks } from "../auth/order-page-links.ts";
import { NonRetriableError } from "../retry/errors.ts";
import { HttpError, unavailable } from "../http/http-error.ts";
import { mediaType } from "../http/media-type.ts";
import type { OriginPolicy } from "../http/origin.ts";
import { readJson } from "../http/read-json.ts";
import { jsonResponse } from "../http/responses.ts";
import type { Limit, OpenRoute, RequestContext, Route } from "../http/route.ts";
import type { Counters } from "../stores/counters.ts";
import { createResendLimit, takeStrangersMail } from "../limits/resend-limit.ts";
import { errorName, type Log } from "../log/log.ts";
import type { ComposeConfirmation } from "../mail/confirmation/compose-confirmation.ts";
import type { Mailer } from "../mail/mailer.ts";
import { createDeadline, type Deadline } from "../retry/deadline.ts";
import type { KnownOrder } from "../orders/known-order.ts";
import { mailAgain, type MailRefusal } from "../order-page/mail-again.ts";
import type { OrderStore } from "../orders/order-store.ts";
import type { ReadThrottle } from "../order-page/read-throttle.ts";
import { readKnownOrderThrottled } from "../order-page/throttled-known-order.ts";
import { wasMailed } from "../delivery/way-back.ts";
import type { Schedule } from "../retry/with-timeout.ts";
import { requestedOrder, orderNotFound } from "./requested-order.ts";

const ANSWER_WITHIN_MS = 8_000;

const QUESTION = {
  // Strict: an address in the request is refused, so that no caller thinks it counts.
  schema: z.strictObject({ session_id: z.string() }),
  limitBytes: 1_024,
  example: { session_id: "cs_…" },
};

export interface ResendMailDependencies {
  loadServices: () => Promise<{
    store: OrderStore;
    storage: { counters: Counters };
    mailer: Mailer | undefined;
    compose: ComposeConfirmation;
    schedule: Schedule;
  }>;
  claims: ClaimCookies;
  orderPages: OrderPageLinks;
  config: {
    origins: OriginPolicy;
    stripe: {
      livemode: boolean;
      /** What addresses are hashed with, so that none is stored. */
      secretKey: string;
    };
  };
  readLimit: Limit;
  readThrottle: ReadThrottle;
  now: () => number;
  log: Log;
}

/**
 * `POST /api/resend-mail` with `{ "session_id" }`: sends the order's confirmation again, to the order's own address, three times a
 * day. The buyer may ask: the browser that opened the checkout, or a browser with the link from the mail. Buyers in another browser
 * know only the order's number, so anyone who knows the number may ask, a few times a day, for a mail that was sent before.
 * Everyone else gets 404.
 */
export const resendMail: Route<ResendMailDependencies> = {
  name: "resend-mail",
  path: "/api/resend-mail",
  method: "POST",
  summary: "Sends the mail about an order again",
  details: "To the order's own address, three times a day at most.",
  body: QUESTION,
  answers: { 200: { description: "The mail was sent.", schema: z.object({ status: z.literal("sent") }) } },
  errors: {
    400: ["invalid_encoding", "invalid_json", "invalid_request"],
    403: ["origin_refused"],
    404: ["order_not_found"],
    409: [
      "mail_refused",
      "no_mail_address",
      "order_not_complete",
      "order_revoked",
      "sends_no_mail",
      "subscription_paused",
    ],
    413: ["body_too_large"],
    415: ["unsupported_media_type"],
    429: ["too_many_looks", "too_many_mails"],
    503: ["mail_not_sent", "try_again"],
  },
  open,
};

function open(dependencies: ResendMailDependencies): OpenRoute {
  const { loadServices, claims, orderPages, config, readLimit, readThrottle, now } = dependencies;
  const { livemode, secretKey: secret } = config.stripe;
  const singleFlight = readThrottle.singleFlight<KnownOrder>();

  return {
    origins: config.origins,
    limit: readLimit,

    async handle(request, context) {
      await context.admit();
      // Requiring this content type keeps a form on a foreign page from asking.
      if (mediaType(request) !== "application/json") {
        throw new HttpError(
          415,
          "unsupported_media_type",
          `Send ${JSON.stringify(QUESTION.example)} as JSON.`,
        );
      }
      const { session_id: sessionId } = await readJson(request, QUESTION);
      const orderId = requestedOrder(sessionId, livemode);
      if (orderId === undefined) throw orderNotFound();
      const isBuyer = claims.holds(request, orderId) || orderPages.opens(request, orderId);
      /** A stranger gets the same answer whether the order exists or not. */
      const refusal = (reason: Refusal): HttpError => (isBuyer ? refused(reason) : orderNotFound());

      const deadline = createDeadline(now, ANSWER_WITHIN_MS);
      const services = await loadServices().catch(notNow);
      const { mailer } = services;
      if (mailer === undefined) throw refusal("sends_no_mail");
      const read = await readKnownOrderThrottled(services.store, orderId, { isBuyer }, singleFlight).catch(
        notNow,
      );
      if (read.kind === "later") return notNow();
      const order = read.view;
      // A checkout that was opened but not finished is not an order yet.
      if (order === undefined) throw refusal("order_not_complete");
      context.note({ orderId, isBuyer });
      const again = mailAgain(order);
      if (again.kind === "refused") throw refusal(again.reason);
      const { counters } = services.storage;
      if (!isBuyer) {
        if (!wasMailed(order.control)) throw orderNotFound();
        await takeStrangersMail(context.address, { counters, secret, now }).catch(passOn);
      }

      await send({ order, to: again.to, mailer, services, deadline }, context, dependencies);
      context.note({ outcome: "mail_resent" });
      return jsonResponse(200, { status: "sent" });
    },
  };
}

interface Resend {
  order: KnownOrder;
  to: string;
  mailer: Mailer;
  services: Awaited<ReturnType<ResendMailDependencies["loadServices"]>>;
  deadline: Deadline;
}

async function send(
  { order, to, mailer, services, deadline }: Resend,
  context: RequestContext,
  { now, log }: ResendMailDependencies,
): Promise<void> {
  const { resendConfirmation } = await import("../mail/confirmation/resend-confirmation.ts");
  const limit = createResendLimit(services.storage.counters, now);
  await resendConfirmation(order.snapshot, to, deadline, {
    ...services,
    mailer,
    limit,
    now,
    log,
  }).catch((error: unknown) => {
    if (error instanceof HttpError) throw error;
    // What a mail server says may quote the buyer's address, so the log gets only the name.
    context.note({ error: errorName(error) });
    if (error instanceof NonRetriableError) throw new HttpError(409, "mail_refused", REFUSED_FOR_GOOD);
    throw unavailable("mail_not_sent", NOT_SENT, 60);
  });
}

function passOn(error: unknown): never {
  if (error instanceof HttpError) throw error;
  return notNow(error);
}

function notNow(error?: unknown): never {
  throw unavailable(
    "try_again",
    "The order could not be looked up right now. Try again in a minute.",
    5,
    error,
  );
}

type Refusal = MailRefusal | "sends_no_mail";

function refused(reason: Refusal): HttpError {
  return new HttpError(409, reason, REFUSALS[reason]);
}

const REFUSALS: Readonly<Record<Refusal, string>> = {
  sends_no_mail: "This shop sends no mails about orders. Everything about yours is on this page.",
  order_revoked: "This order is no longer valid, so its mail is not sent again.",
  subscription_paused: "This subscription is paused. Its mail can be sent again as soon as it resumes.",
  order_not_complete: "This order is not complete yet. You will get its mail as soon as it is.",
  no_mail_address: "This order has no mail address. Everything about it is on this page.",
};

const NOT_SENT = "The mail could not be sent right now. Please try again in a minute.";
const REFUSED_FOR_GOOD =
  "The mail server does not deliver to the address of this order. Everything about it is on this page; write to us if you need help.";
