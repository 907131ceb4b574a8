import type { Subscription } from "../../state/stored.ts";
import type { World } from "../../state/world.ts";
import { plannedCancellation } from "../../transitions/cancel-subscription.ts";
import { mergeMetadata } from "../../transitions/update-session.ts";
import { updateSubscription } from "../../transitions/update-subscription.ts";
import { noSuch, StripeApiError } from "../errors.ts";
import { expand } from "../expand.ts";
import { metadataChange, refuseTooManyKeys } from "../metadata.ts";
import { boolean, list, text, type Parameter, type ParametersOf } from "../parameters.ts";
import { route } from "../route.ts";

/** A timestamp, the end of a period by name, or "" to go on. */
const cancelAtParameter: Parameter<string> = {
  read(value, path) {
    if (typeof value === "string" && /^(\d{1,15}|min_period_end|max_period_end|)$/.test(value)) return value;
    throw new StripeApiError("Invalid timestamp: must be an integer Unix timestamp", { param: path });
  },
};

// What a shop may change in a running subscription; other changes need real Stripe.
const updateParameters = {
  cancel_at: cancelAtParameter,
  cancel_at_period_end: boolean(),
  expand: list(text()),
  metadata: metadataChange(),
};

export const updateSubscriptionRoute = route({
  method: "POST",
  path: "/v1/subscriptions/:id",
  parameters: updateParameters,
  run({ world, id, parameters }) {
    const subscription = world.state.subscriptions[id];
    if (subscription === undefined) throw noSuch("subscription", id, "id", 404);
    if (parameters.cancel_at !== undefined && parameters.cancel_at_period_end !== undefined) {
      throw new StripeApiError(
        "You may only specify one of these parameters: cancel_at, cancel_at_period_end.",
        {
          code: "parameters_exclusive",
          param: "cancel_at",
        },
      );
    }
    if (subscription.status === "canceled") {
      throw new StripeApiError(
        "A canceled subscription can only update its cancellation_details and metadata.",
      );
    }
    updateSubscription(world, subscription, {
      ...metadataChanges(subscription, parameters.metadata),
      ...cancellationChanges(world, subscription, parameters),
    });
    return expand(world.state, subscription, parameters.expand ?? []);
  },
});

function metadataChanges(
  subscription: Subscription,
  change: Record<string, string> | "" | undefined,
): Partial<Subscription> {
  if (change === undefined) return {};
  const metadata = change === "" ? {} : mergeMetadata(subscription.metadata, change);
  refuseTooManyKeys(metadata);
  return { metadata };
}

function cancellationChanges(
  world: World,
  subscription: Subscription,
  { cancel_at: cancelAt, cancel_at_period_end: atPeriodEnd }: ParametersOf<typeof updateParameters>,
): Partial<Subscription> {
  const periodEnds = subscription.items.data.map((item) => item.current_period_end);
  if (atPeriodEnd !== undefined) {
    // With several intervals it is the earliest end that counts.
    const end = atPeriodEnd ? Math.min(...periodEnds) : null;
    return plannedCancellation(world, end, { isPeriodEnd: atPeriodEnd });
  }
  if (cancelAt === undefined) return {};
  if (cancelAt === "") return plannedCancellation(world, null, { isPeriodEnd: false });
  if (cancelAt === "min_period_end")
    return plannedCancellation(world, Math.min(...periodEnds), { isPeriodEnd: false });
  if (cancelAt === "max_period_end")
    return plannedCancellation(world, Math.max(...periodEnds), { isPeriodEnd: false });
  return plannedCancellation(world, Number(cancelAt), { isPeriodEnd: false });
}
