import type { EventType } from "../state/stored.ts";
import type { DeliveryTrouble } from "../webhooks/delivery-queue.ts";
import type { AccountSurroundings } from "./account.ts";

export interface EventOperations {
  resendEvent(eventId: string): void;
  /** Every webhook is sent twice at the same moment. */
  setDuplicateDeliveries(on: boolean): void;
  /** Webhooks are lost on the way; retries too, until this is switched off. */
  setDroppedDeliveries(on: boolean): void;
  /** The next webhook is lost once; its retry arrives. */
  dropNextDelivery(): void;
  deliveryTrouble(): DeliveryTrouble;
  /** Events that happen from now on appear in lists only after this time; their webhooks are sent at once. */
  setEventVisibilityDelay(ms: number): void;
  /** What happens from now on leaves no event of these types, and no webhook. */
  setLostEvents(types: "all" | readonly EventType[]): void;
}

export function createEventOperations({ world, queue }: AccountSurroundings): EventOperations {
  return {
    resendEvent: (eventId) => queue.resend(eventId),
    setDuplicateDeliveries: (on) => queue.setDuplicate(on),
    setDroppedDeliveries: (on) => queue.setDropped(on),
    dropNextDelivery: () => queue.dropNext(),
    deliveryTrouble: () => queue.trouble(),
    setEventVisibilityDelay(ms) {
      world.eventTrouble.visibilityDelayMs = ms;
    },
    setLostEvents(types) {
      world.eventTrouble.lostTypes = types;
    },
  };
}
