import type Stripe from "stripe";
import { noSuch } from "../errors.ts";
import { expand, expandList } from "../expand.ts";
import { isWithin, newestFirst, paginate, paginationParameters } from "../pagination.ts";
import { boolean, list, object, oneOf, range, text, type Parameter } from "../parameters.ts";
import { expandParameter, route, type Route } from "../route.ts";

type Interval = NonNullable<Stripe.PriceListParams.Recurring["interval"]>;

const priceListParameters = {
  ...paginationParameters,
  active: boolean(),
  created: range(),
  currency: text({ max: 3 }),
  expand: list(text()),
  lookup_keys: list(text({ max: 200 }), { max: 10 }),
  product: text(),
  recurring: object({
    interval: oneOf<Interval>({ day: true, month: true, week: true, year: true }),
    meter: text(),
    usage_type: oneOf<NonNullable<Stripe.PriceListParams.Recurring["usage_type"]>>({
      licensed: true,
      metered: true,
    }),
  }),
  type: oneOf<NonNullable<Stripe.PriceListParams["type"]>>({ one_time: true, recurring: true }),
} satisfies Record<keyof Stripe.PriceListParams, Parameter<unknown>>;

export const priceRoutes: Route[] = [
  route({
    method: "GET",
    path: "/v1/prices/:id",
    parameters: expandParameter,
    run({ world, notice, id, parameters }) {
      const price = world.state.prices[id];
      if (price === undefined) {
        notice(`The simulated Stripe has no price ${id}: add it to simulator/catalog.json.`);
        throw noSuch("price", id, "price", 404);
      }
      return expand(world.state, price, parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path: "/v1/prices",
    parameters: priceListParameters,
    run({ world, parameters }) {
      const all = newestFirst(world.state.prices);
      const matching = all.filter(
        (price) =>
          (parameters.active === undefined || price.active === parameters.active) &&
          isWithin(price.created, parameters.created) &&
          (parameters.currency === undefined || price.currency === parameters.currency) &&
          (parameters.lookup_keys === undefined || parameters.lookup_keys.includes(price.lookup_key ?? "")) &&
          (parameters.product === undefined || price.product === parameters.product) &&
          (parameters.recurring?.interval === undefined ||
            price.recurring?.interval === parameters.recurring.interval) &&
          (parameters.recurring?.usage_type === undefined ||
            price.recurring?.usage_type === parameters.recurring.usage_type) &&
          (parameters.type === undefined || price.type === parameters.type),
      );
      return expandList(
        world.state,
        paginate(matching, parameters, "/v1/prices", "price", all),
        "price",
        parameters.expand ?? [],
      );
    },
  }),
];
