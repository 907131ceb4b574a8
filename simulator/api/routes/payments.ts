import type Stripe from "stripe";
import type { PaymentIntent } from "../../state/stored.ts";
import type { World } from "../../state/world.ts";
import { mergeMetadata } from "../../transitions/update-session.ts";
import { noSuch } from "../errors.ts";
import { expand, expandList } from "../expand.ts";
import { metadataChange, refuseTooManyKeys } from "../metadata.ts";
import { isWithin, newestFirst, paginate, paginationParameters } from "../pagination.ts";
import { list, range, text, type Parameter } from "../parameters.ts";
import { expandParameter, route, type Route } from "../route.ts";

const paymentIntentListParameters = {
  ...paginationParameters,
  created: range(),
  customer: text(),
  customer_account: text(),
  expand: list(text()),
} satisfies Record<keyof Stripe.PaymentIntentListParams, Parameter<unknown>>;

const chargeListParameters = {
  ...paginationParameters,
  created: range(),
  customer: text(),
  expand: list(text()),
  payment_intent: text(),
  transfer_group: text(),
} satisfies Record<keyof Stripe.ChargeListParams, Parameter<unknown>>;

export const paymentRoutes: Route[] = [
  route({
    method: "GET",
    path: "/v1/payment_intents/:id",
    parameters: { ...expandParameter, client_secret: text() },
    run: ({ world, id, parameters }) =>
      expand(world.state, paymentIntentById(world, id), parameters.expand ?? []),
  }),
  route({
    method: "POST",
    path: "/v1/payment_intents/:id",
    // The only change that makes sense after Checkout.
    parameters: { ...expandParameter, metadata: metadataChange() },
    run({ world, id, parameters }) {
      const paymentIntent = paymentIntentById(world, id);
      const change = parameters.metadata;
      if (change !== undefined) {
        const merged = change === "" ? {} : mergeMetadata(paymentIntent.metadata, change);
        refuseTooManyKeys(merged);
        paymentIntent.metadata = merged;
      }
      return expand(world.state, paymentIntent, parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path: "/v1/payment_intents",
    parameters: paymentIntentListParameters,
    run({ world, parameters }) {
      const all = newestFirst(world.state.paymentIntents);
      const matching = all.filter(
        (paymentIntent) =>
          isWithin(paymentIntent.created, parameters.created) &&
          (parameters.customer === undefined || paymentIntent.customer === parameters.customer) &&
          (parameters.customer_account === undefined ||
            paymentIntent.customer_account === parameters.customer_account),
      );
      return expandList(
        world.state,
        paginate(matching, parameters, "/v1/payment_intents", "payment_intent", all),
        "payment_intent",
        parameters.expand ?? [],
      );
    },
  }),
  route({
    method: "GET",
    path: "/v1/charges/:id",
    parameters: expandParameter,
    run({ world, id, parameters }) {
      const charge = world.state.charges[id];
      if (charge === undefined) throw noSuch("charge", id, "id", 404);
      return expand(world.state, charge, parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path: "/v1/charges",
    parameters: chargeListParameters,
    run({ world, parameters }) {
      const all = newestFirst(world.state.charges);
      const matching = all.filter(
        (charge) =>
          isWithin(charge.created, parameters.created) &&
          (parameters.customer === undefined || charge.customer === parameters.customer) &&
          (parameters.payment_intent === undefined || charge.payment_intent === parameters.payment_intent) &&
          (parameters.transfer_group === undefined || charge.transfer_group === parameters.transfer_group),
      );
      return expandList(
        world.state,
        paginate(matching, parameters, "/v1/charges", "charge", all),
        "charge",
        parameters.expand ?? [],
      );
    },
  }),
];

function paymentIntentById(world: World, id: string): PaymentIntent {
  const paymentIntent = world.state.paymentIntents[id];
  if (paymentIntent === undefined) throw noSuch("payment_intent", id, "intent", 404);
  return paymentIntent;
}
