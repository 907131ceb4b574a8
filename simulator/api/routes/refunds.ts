import type Stripe from "stripe";
import type { Charge } from "../../state/stored.ts";
import type { World } from "../../state/world.ts";
import { isChargedBack } from "../../transitions/dispute-charge.ts";
import { refundableAmount, refundCharge } from "../../transitions/refund-charge.ts";
import { StripeApiError, noSuch } from "../errors.ts";
import { expand, expandList } from "../expand.ts";
import { metadata } from "../metadata.ts";
import { isWithin, newestFirst, paginate, paginationParameters } from "../pagination.ts";
import { integer, list, oneOf, range, text, unsimulated, type Parameter } from "../parameters.ts";
import { expandParameter, route, type Route } from "../route.ts";

const createParameters = {
  amount: integer({ min: 1 }),
  charge: text(),
  currency: text({ max: 3 }),
  customer: text(),
  expand: list(text()),
  instructions_email: unsimulated(),
  metadata: metadata(),
  origin: unsimulated(),
  payment_intent: text(),
  reason: oneOf<Stripe.RefundCreateParams.Reason>({
    duplicate: true,
    fraudulent: true,
    requested_by_customer: true,
  }),
  refund_application_fee: unsimulated(),
  reverse_transfer: unsimulated(),
} satisfies Record<keyof Stripe.RefundCreateParams, Parameter<unknown>>;

const listParameters = {
  ...paginationParameters,
  charge: text(),
  created: range(),
  expand: list(text()),
  payment_intent: text(),
} satisfies Record<keyof Stripe.RefundListParams, Parameter<unknown>>;

export const refundRoutes: Route[] = [
  route({
    method: "POST",
    path: "/v1/refunds",
    parameters: createParameters,
    run({ world, parameters }) {
      const charge = chargeToRefund(world, parameters);
      const left = refundableAmount(charge);
      if (charge.refunded) {
        throw new StripeApiError(`Charge ${charge.id} has already been refunded.`, {
          code: "charge_already_refunded",
        });
      }
      if (isChargedBack(world.state, charge)) {
        throw new StripeApiError(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
          code: "charge_disputed",
        });
      }
      const amount = parameters.amount ?? left;
      if (amount > left) {
        throw new StripeApiError(
          `Refund amount (${amount}) is greater than unrefunded amount on charge (${left}), in the smallest unit of ${charge.currency}.`,
          { param: "amount" },
        );
      }
      const refund = refundCharge(world, charge, {
        amount,
        reason: parameters.reason ?? null,
        metadata: parameters.metadata ?? {},
      });
      return expand(world.state, refund, parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path: "/v1/refunds/:id",
    parameters: expandParameter,
    run({ world, id, parameters }) {
      const refund = world.state.refunds[id];
      if (refund === undefined) throw noSuch("refund", id, "id", 404);
      return expand(world.state, refund, parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path: "/v1/refunds",
    parameters: listParameters,
    run({ world, parameters }) {
      const all = newestFirst(world.state.refunds);
      const matching = all.filter(
        (refund) =>
          isWithin(refund.created, parameters.created) &&
          (parameters.charge === undefined || refund.charge === parameters.charge) &&
          (parameters.payment_intent === undefined || refund.payment_intent === parameters.payment_intent),
      );
      return expandList(
        world.state,
        paginate(matching, parameters, "/v1/refunds", "refund", all),
        "refund",
        parameters.expand ?? [],
      );
    },
  }),
];

function chargeToRefund(
  world: World,
  parameters: { charge?: string | undefined; payment_intent?: string | undefined },
): Charge {
  const { charge: chargeId, payment_intent: paymentIntentId } = parameters;
  if (chargeId !== undefined) {
    const charge = world.state.charges[chargeId];
    if (charge === undefined) throw noSuch("charge", chargeId, "charge", 404);
    return charge;
  }
  if (paymentIntentId === undefined) {
    throw new StripeApiError(
      "One of the following params should be provided for this request: payment_intent or charge.",
    );
  }
  const paymentIntent = world.state.paymentIntents[paymentIntentId];
  if (paymentIntent === undefined) throw noSuch("payment_intent", paymentIntentId, "payment_intent", 404);
  const charge = world.state.charges[paymentIntent.latest_charge ?? ""];
  if (charge === undefined || charge.status !== "succeeded") {
    throw new StripeApiError("This PaymentIntent does not have a successful charge to refund.", {
      param: "payment_intent",
    });
  }
  return charge;
}
