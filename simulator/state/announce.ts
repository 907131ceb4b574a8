import { plainCopy } from "./plain-copy.ts";
import type { EventType } from "./stored.ts";
import { newId, nowSeconds, type World } from "./world.ts";

/**
 * Records that something happened to an object and queues it for every endpoint that listens.
 * `previousAttributes` belongs to `*.updated` events: the changed fields with their old values.
 */
export function announce(
  world: World,
  type: EventType,
  object: { id: string; object: string },
  previousAttributes: Record<string, unknown> | null = null,
): void {
  const { lostTypes, visibilityDelayMs } = world.eventTrouble;
  if (lostTypes === "all" || lostTypes.includes(type)) return;
  const id = newId(world, "evt");
  const listening = world.endpoints.filter(
    ({ enabledEvents }) => enabledEvents.includes("*") || enabledEvents.includes(type),
  );
  const deliveries = listening.map((endpoint) => ({
    id: newId(world, "whd"),
    event: id,
    endpoint: endpoint.id,
    status: "pending" as const,
    attempts: [],
    nextAttemptAt: world.now(),
  }));
  world.state.events[id] = {
    id,
    notificationId: newId(world, "evt_test", 40),
    type,
    created: nowSeconds(world),
    visibleAt: world.now() + visibilityDelayMs,
    request: { ...world.request },
    snapshot: plainCopy(object),
    previousAttributes,
    deliveries: deliveries.map((delivery) => delivery.id),
  };
  for (const delivery of deliveries) {
    world.state.deliveries[delivery.id] = delivery;
    world.deliveryQueued(delivery.id);
  }
}
