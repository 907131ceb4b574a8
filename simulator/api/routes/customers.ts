import type Stripe from "stripe";
import { noSuch } from "../errors.ts";
import { expand, expandList } from "../expand.ts";
import { isWithin, newestFirst, paginate, paginationParameters } from "../pagination.ts";
import { list, range, text, type Parameter } from "../parameters.ts";
import { expandParameter, route, type Route } from "../route.ts";

const listParameters = {
  ...paginationParameters,
  created: range(),
  email: text({ max: 512 }),
  expand: list(text()),
  test_clock: text(),
} satisfies Record<keyof Stripe.CustomerListParams, Parameter<unknown>>;

export const customerRoutes: Route[] = [
  route({
    method: "GET",
    path: "/v1/customers/:id",
    parameters: expandParameter,
    run({ world, id, parameters }) {
      const customer = world.state.customers[id];
      if (customer === undefined) throw noSuch("customer", id, "id", 404);
      return expand(world.state, customer, parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path: "/v1/customers",
    parameters: listParameters,
    run({ world, parameters }) {
      const all = newestFirst(world.state.customers);
      const matching = all.filter(
        (customer) =>
          isWithin(customer.created, parameters.created) &&
          // Stripe compares addresses exactly, letter case included.
          (parameters.email === undefined || customer.email === parameters.email) &&
          (parameters.test_clock === undefined || customer.test_clock === parameters.test_clock),
      );
      return expandList(
        world.state,
        paginate(matching, parameters, "/v1/customers", "customer", all),
        "customer",
        parameters.expand ?? [],
      );
    },
  }),
];
