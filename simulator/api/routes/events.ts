import type Stripe from "stripe";
import { snapshotEvent } from "../../objects/event.ts";
import { eventNotification } from "../../objects/event-notification.ts";
import type { RecordedEvent } from "../../state/state.ts";
import { pendingWebhooks } from "../../state/pending-webhooks.ts";
import { nowSeconds, type World } from "../../state/world.ts";
import { StripeApiError, noSuch } from "../errors.ts";
import { expandList } from "../expand.ts";
import { isWithin, newestFirst, paginate, paginationParameters } from "../pagination.ts";
import { boolean, list, range, text, type Parameter } from "../parameters.ts";
import { route, type Route } from "../route.ts";

/** Stripe lists events of the last 30 days only: what is older must have been reconciled before. */
const listedSeconds = 30 * 86_400;

const listParameters = {
  ...paginationParameters,
  created: range(),
  delivery_success: boolean(),
  expand: list(text()),
  type: text(),
  types: list(text(), { max: 20 }),
} satisfies Record<keyof Stripe.EventListParams, Parameter<unknown>>;

export const eventRoutes: Route[] = [
  route({
    method: "GET",
    path: "/v1/events/:id",
    parameters: { expand: list(text()) },
    run({ world, id }) {
      const event = world.state.events[id];
      if (event === undefined || !isKept(world, event)) throw noSuch("event", id, "id", 404);
      return snapshotEvent(event, pendingWebhooks(world.state, event));
    },
  }),
  route({
    method: "GET",
    path: "/v1/events",
    parameters: listParameters,
    run({ world, parameters }) {
      if (parameters.type !== undefined && parameters.types !== undefined) {
        throw new StripeApiError("You may only specify one of these parameters: type, types.", {
          code: "parameters_exclusive",
          param: "type",
        });
      }
      const all = newestFirst(world.state.events).filter((event) => isListed(world, event));
      const matching = all.filter(
        (event) =>
          isWithin(event.created, parameters.created) &&
          (parameters.type === undefined || isOfType(event, parameters.type)) &&
          (parameters.types === undefined || parameters.types.includes(event.type)) &&
          (parameters.delivery_success === undefined ||
            (pendingWebhooks(world.state, event) === 0) === parameters.delivery_success),
      );
      const page = paginate(matching, parameters, "/v1/events", "event", all);
      const events = {
        ...page,
        data: page.data.map((event) => snapshotEvent(event, pendingWebhooks(world.state, event))),
      };
      return expandList(world.state, events, "event", parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path: "/v2/core/events/:id",
    parameters: {},
    run({ world, id }) {
      const event = Object.values(world.state.events).find((candidate) => candidate.notificationId === id);
      if (event === undefined) throw noSuch("event", id, "id", 404);
      return eventNotification(event);
    },
  }),
];

function isKept(world: World, event: RecordedEvent): boolean {
  return event.created > nowSeconds(world) - listedSeconds;
}

/** Lists may show an event later than its webhook arrives. */
function isListed(world: World, event: RecordedEvent): boolean {
  return isKept(world, event) && event.visibleAt <= world.now();
}

/** `charge.*` means every event of charges. */
function isOfType(event: RecordedEvent, pattern: string): boolean {
  return pattern.endsWith("*") ? event.type.startsWith(pattern.slice(0, -1)) : event.type === pattern;
}
