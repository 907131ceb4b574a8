import type { SimulatedState } from "../../simulator/state/state.ts";
import type { DeliveredEvent } from "./check-answers.ts";

interface ThinEvent {
  object: "v2.core.event";
  snapshot_event: string;
}

/** True of a notification that only names its event. */
export function isThin(body: string): boolean {
  return "snapshot_event" in (JSON.parse(body) as DeliveredEvent | ThinEvent);
}

/** The whole event that a webhook is about; a thin one only names it. */
export function deliveredEvent(body: string, { events }: SimulatedState): DeliveredEvent {
  const event = JSON.parse(body) as DeliveredEvent | ThinEvent;
  if (!("snapshot_event" in event)) return event;
  const { id, type, snapshot } = events[event.snapshot_event] as SimulatedState["events"][string];
  return { id, type, data: { object: snapshot } };
}
