import * as z from "zod/mini";

import type { ClaimCookies } from "../auth/claim-cookies.ts";
import type { OrderPageLinks } from "../auth/order-page-links.ts";
import { NonRetriableError } from "../retry/errors.ts";
import { clientAddress } from "../http/client-address.ts";
import type { Route } from "../http/endpoint.ts";
import { HttpError, unavailable } from "../http/http-error.ts";
import { mediaType } from "../http/media-type.ts";
import type { OriginPolicy } from "../http/origin.ts";
import { readJson } from "../http/read-json.ts";
import { jsonResponse } from "../http/responses.ts";
import type { Counters } from "../stores/counters.ts";
import type { LookLimit } from "../limits/look-limit.ts";
import { createResendLimit, takeStrangersMail } from "../limits/resend-limit.ts";
import { errorName, type Log } from "../log/log.ts";
import type { ComposeConfirmation } from "../mail/confirmation/compose-confirmation.ts";
import type { Mailer } from "../mail/mailer.ts";
import { createDeadline } from "../retry/deadline.ts";
import type { KnownOrder } from "../orders/known-order.ts";
import { mailAgain, type MailRefusal } from "../order-page/mail-again.ts";
import type { OrderStore } from "../orders/order-store.ts";
import { shareKnownOrder } from "../order-page/share-known-order.ts";
import { createSharedLooks } from "../order-page/shared-looks.ts";
import { wasMailed } from "../delivery/way-back.ts";
import type { Schedule } from "../retry/with-timeout.ts";
import { requestedOrder, orderNotFound } from "./requested-order.ts";

const ANSWER_WITHIN_MS = 8_000;

const QUESTION = {
  // Strict: an address in the request is refused, so that no caller thinks it counts.
  schema: z.strictObject({ session_id: z.string() }),
  limitBytes: 1_024,
  example: '{"session_id":"cs_…"}',
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
  origins: OriginPolicy;
  livemode: boolean;
  /** What addresses are hashed with, so that none is stored. */
  secret: string;
  looks: LookLimit;
  addressHeader: string | undefined;
  now: () => number;
  log: Log;
}

/**
 * `POST /api/resend-mail` with `{ "session_id" }`: sends the order's confirmation again, to the order's own address, three times a
 * day. The buyer may ask: the browser that opened the checkout, or a browser with the link from the mail. Buyers in another browser
 * know only the order's number, so anyone who knows the number may ask, a few times a day, for a mail that was sent before.
 * Everyone else gets 404.
 */
export function createResendMailRoute(dependencies: ResendMailDependencies): Route {
  const { loadServices, claims, orderPages, origins, livemode, secret, addressHeader, now, log } =
    dependencies;
  const looks = createSharedLooks<KnownOrder>(now);

  return {
    name: "resend-mail",
    method: "POST",
    origins,

    async handle(request, context) {
      const address = clientAddress(request, context.caller, addressHeader);
      await dependencies.looks.admit(address);
      // Requiring this content type keeps a form on a foreign page from asking.
      if (mediaType(request) !== "application/json") {
        throw new HttpError(415, "unsupported_media_type", `Send ${QUESTION.example} as JSON.`);
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
      const look = await shareKnownOrder(services.store, orderId, { isBuyer }, looks).catch(notNow);
      if (look.kind === "later") return notNow();
      const order = look.view;
      // A checkout that was opened but not finished is not an order yet.
      if (order === undefined) throw refusal("order_not_complete");
      context.note({ orderId, isBuyer });
      const again = mailAgain(order);
      if (again.kind === "refused") throw refusal(again.reason);
      const { counters } = services.storage;
      if (!isBuyer) {
        if (!wasMailed(order.control)) throw orderNotFound();
        await takeStrangersMail(address, { counters, secret, now }).catch(passOn);
      }

      const { resendConfirmation } = await import("../mail/confirmation/resend-confirmation.ts");
      const limit = createResendLimit(counters, now);
      await resendConfirmation(order.snapshot, again.to, deadline, {
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
      context.note({ outcome: "mail_resent" });
      return jsonResponse(200, { status: "sent" });
    },
  };
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
