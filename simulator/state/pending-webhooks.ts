import type { RecordedEvent, SimulatedState } from "./state.ts";

/** How many endpoints have not taken the event; those that never will (attempts used up) count as well. */
export function pendingWebhooks(state: SimulatedState, event: RecordedEvent): number {
  return event.deliveries.filter((id) => state.deliveries[id]?.status !== "succeeded").length;
}
