import type Stripe from "stripe";
import { noSuch } from "../errors.ts";
import { expand, expandList } from "../expand.ts";
import { isSameOrAny, isWithin, newestFirst, paginate, paginationParameters } from "../pagination.ts";
import { list, range, text, type Parameter } from "../parameters.ts";
import { expandParameter, route, type Route } from "../route.ts";

const listParameters = {
  ...paginationParameters,
  charge: text(),
  created: range(),
  expand: list(text()),
  payment_intent: text(),
} satisfies Record<keyof Stripe.DisputeListParams, Parameter<unknown>>;

export const disputeRoutes: Route[] = [
  route({
    method: "GET",
    path: "/v1/disputes/:id",
    parameters: expandParameter,
    run({ world, id, parameters }) {
      const dispute = world.state.disputes[id];
      if (dispute === undefined) throw noSuch("dispute", id, "dispute", 404);
      return expand(world.state, dispute, parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path: "/v1/disputes",
    parameters: listParameters,
    run({ world, parameters }) {
      const all = newestFirst(world.state.disputes);
      const matching = all.filter(
        (dispute) =>
          isWithin(dispute.created, parameters.created) &&
          isSameOrAny(parameters.charge, dispute.charge) &&
          isSameOrAny(parameters.payment_intent, dispute.payment_intent),
      );
      return expandList(
        world.state,
        paginate(matching, parameters, "/v1/disputes", "dispute", all),
        "dispute",
        parameters.expand ?? [],
      );
    },
  }),
];
