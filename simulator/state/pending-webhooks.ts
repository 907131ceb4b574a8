import type { RecordedEvent, SimulatedState } from "./state.ts";

/** How many endpoints have not accepted the event, including those whose attempts are used up. */
export function pendingWebhooks(state: SimulatedState, event: RecordedEvent): number {
  return event.deliveries.filter((id) => state.deliveries[id]?.status !== "succeeded").length;
}
