import type Stripe from "stripe";
import type { CheckoutSession } from "../../state/stored.ts";
import type { World } from "../../state/world.ts";
import { expireSession } from "../../transitions/expire-session.ts";
import { mergeMetadata, updateSessionMetadata } from "../../transitions/update-session.ts";
import { StripeApiError, noSuch } from "../errors.ts";
import { expand, expandList } from "../expand.ts";
import { metadataChange, refuseTooManyKeys } from "../metadata.ts";
import { isSameOrAny, isWithin, newestFirst, paginate, paginationParameters } from "../pagination.ts";
import { list, object, oneOf, range, text, unsimulated, type Parameter } from "../parameters.ts";
import { expandParameter, route, type Route } from "../route.ts";
import { createCheckoutSession } from "./create-checkout-session.ts";

const path = "/v1/checkout/sessions";

const updateParameters = {
  collected_information: unsimulated(),
  expand: list(text()),
  line_items: unsimulated(),
  metadata: metadataChange(),
  payment_intent_data: unsimulated(),
  shipping_options: unsimulated(),
} satisfies Record<keyof Stripe.Checkout.SessionUpdateParams, Parameter<unknown>>;

const listParameters = {
  ...paginationParameters,
  created: range(),
  customer: text(),
  customer_account: text(),
  customer_details: object({ email: text() }),
  expand: list(text()),
  payment_intent: text(),
  payment_link: text(),
  status: oneOf<Stripe.Checkout.SessionListParams.Status>({ complete: true, expired: true, open: true }),
  subscription: text(),
} satisfies Record<keyof Stripe.Checkout.SessionListParams, Parameter<unknown>>;

export const checkoutSessionRoutes: Route[] = [
  createCheckoutSession,
  route({
    method: "GET",
    path: `${path}/:id`,
    parameters: expandParameter,
    run: ({ world, id, parameters }) => expand(world.state, sessionById(world, id), parameters.expand ?? []),
  }),
  route({
    method: "POST",
    path: `${path}/:id`,
    parameters: updateParameters,
    run({ world, id, parameters }) {
      const session = sessionById(world, id);
      for (const name of [
        "collected_information",
        "line_items",
        "payment_intent_data",
        "shipping_options",
      ] as const) {
        if (parameters[name] === undefined) continue;
        throw new StripeApiError(
          `You cannot update \`${name}\` of a Checkout Session whose \`ui_mode\` is \`hosted_page\`.`,
          { param: name },
        );
      }
      const change = parameters.metadata;
      if (change !== undefined) {
        if (change !== "") refuseTooManyKeys(mergeMetadata(session.metadata ?? {}, change));
        updateSessionMetadata(session, change);
      }
      return expand(world.state, session, parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path,
    parameters: listParameters,
    run({ world, parameters }) {
      const all = newestFirst(world.state.checkoutSessions);
      const matching = all.filter(
        (session) =>
          isWithin(session.created, parameters.created) &&
          isSameOrAny(parameters.customer, session.customer) &&
          isSameOrAny(parameters.customer_account, session.customer_account) &&
          isSameOrAny(parameters.customer_details?.email, session.customer_details?.email ?? null) &&
          isSameOrAny(parameters.payment_intent, session.payment_intent) &&
          isSameOrAny(parameters.payment_link, session.payment_link) &&
          isSameOrAny(parameters.status, session.status) &&
          isSameOrAny(parameters.subscription, session.subscription),
      );
      const page = paginate(matching, parameters, path, "checkout.session", all);
      return expandList(world.state, page, "checkout.session", parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path: `${path}/:id/line_items`,
    parameters: { ...paginationParameters, ...expandParameter },
    run({ world, id, parameters }) {
      const items = world.state.lineItems[sessionById(world, id).id] ?? [];
      const page = paginate(items, parameters, `${path}/${id}/line_items`, "line_item");
      return expandList(world.state, page, "item", parameters.expand ?? []);
    },
  }),
  route({
    method: "POST",
    path: `${path}/:id/expire`,
    parameters: expandParameter,
    run({ world, id, parameters }) {
      const session = sessionById(world, id);
      if (session.status !== "open") {
        throw new StripeApiError(
          `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
        );
      }
      expireSession(world, session);
      return expand(world.state, session, parameters.expand ?? []);
    },
  }),
];

function sessionById(world: World, id: string): CheckoutSession {
  const session = world.state.checkoutSessions[id];
  if (session === undefined) throw noSuch("checkout.session", id, "session", 404);
  return session;
}
