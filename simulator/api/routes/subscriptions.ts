import type Stripe from "stripe";
import type { Subscription } from "../../state/stored.ts";
import type { World } from "../../state/world.ts";
import { cancelSubscription } from "../../transitions/cancel-subscription.ts";
import { noSuch } from "../errors.ts";
import { expand, expandList } from "../expand.ts";
import { isWithin, newestFirst, paginate, paginationParameters } from "../pagination.ts";
import { boolean, list, oneOf, range, text, unsimulated, type Parameter } from "../parameters.ts";
import { expandParameter, route, type Route } from "../route.ts";
import { updateSubscriptionRoute } from "./update-subscription.ts";

const listParameters = {
  ...paginationParameters,
  automatic_tax: unsimulated(),
  collection_method: oneOf<Stripe.SubscriptionListParams.CollectionMethod>({
    charge_automatically: true,
    send_invoice: true,
  }),
  created: range(),
  current_period_end: range(),
  current_period_start: range(),
  customer: text(),
  customer_account: text(),
  expand: list(text()),
  plan: text(),
  price: text(),
  status: oneOf<Stripe.SubscriptionListParams.Status>({
    active: true,
    all: true,
    canceled: true,
    ended: true,
    incomplete: true,
    incomplete_expired: true,
    past_due: true,
    paused: true,
    trialing: true,
    unpaid: true,
  }),
  test_clock: text(),
} satisfies Record<keyof Stripe.SubscriptionListParams, Parameter<unknown>>;

const cancelParameters = {
  cancellation_details: unsimulated(),
  expand: list(text()),
  invoice_now: boolean(),
  prorate: boolean(),
} satisfies Record<keyof Stripe.SubscriptionCancelParams, Parameter<unknown>>;

export const subscriptionRoutes: Route[] = [
  route({
    method: "GET",
    path: "/v1/subscriptions/:id",
    parameters: expandParameter,
    run: ({ world, id, parameters }) =>
      expand(world.state, subscriptionById(world, id), parameters.expand ?? []),
  }),
  updateSubscriptionRoute,
  route({
    method: "GET",
    path: "/v1/subscriptions",
    parameters: listParameters,
    run({ world, parameters }) {
      const all = newestFirst(world.state.subscriptions);
      const price = parameters.price ?? parameters.plan;
      const matching = all.filter((subscription) => {
        const items = subscription.items.data;
        return (
          hasStatus(subscription, parameters.status) &&
          isWithin(subscription.created, parameters.created) &&
          (parameters.customer === undefined || subscription.customer === parameters.customer) &&
          (price === undefined || items.some((item) => item.price.id === price)) &&
          items.some((item) => isWithin(item.current_period_start, parameters.current_period_start)) &&
          items.some((item) => isWithin(item.current_period_end, parameters.current_period_end)) &&
          (parameters.collection_method === undefined ||
            subscription.collection_method === parameters.collection_method)
        );
      });
      return expandList(
        world.state,
        paginate(matching, parameters, "/v1/subscriptions", "subscription", all),
        "subscription",
        parameters.expand ?? [],
      );
    },
  }),
  route({
    method: "DELETE",
    path: "/v1/subscriptions/:id",
    parameters: cancelParameters,
    run({ world, id, parameters }) {
      const subscription = subscriptionById(world, id);
      // Stripe answers 404 here for a subscription that has ended.
      if (subscription.status === "canceled") throw noSuch("subscription", id, "id", 404);
      cancelSubscription(world, subscription);
      return expand(world.state, subscription, parameters.expand ?? []);
    },
  }),
];

/** Without a filter Stripe leaves out canceled subscriptions. */
function hasStatus(subscription: Subscription, wanted: string | undefined): boolean {
  if (wanted === "all") return true;
  if (wanted === undefined) return subscription.status !== "canceled";
  if (wanted === "ended") return ["canceled", "incomplete_expired"].includes(subscription.status);
  return subscription.status === wanted;
}

function subscriptionById(world: World, id: string): Subscription {
  const subscription = world.state.subscriptions[id];
  if (subscription === undefined) throw noSuch("subscription", id, "id", 404);
  return subscription;
}
