import type { Delivery, SimulatedState } from "../state/state.ts";
import { webhookRequest, type WebhookRequest } from "./webhook-request.ts";
import type { KnownEndpoint } from "./webhook-endpoint.ts";

/** What `fetch` does, or less. */
export type SendWebhook = (url: string, init: WebhookRequest) => Promise<Response>;

export interface DeliveryQueueOptions {
  state: SimulatedState;
  endpoints: readonly KnownEndpoint[];
  now(): number;
  schedule(delayMs: number, run: () => void): () => void;
  send: SendWebhook;
  /** How long to wait before the second, third … attempt; after the last one the delivery has failed. */
  retryDelaysMs: readonly number[];
  /** An endpoint that has not answered by then has failed this attempt. */
  timeoutMs: number;
  changed(): void;
}

export interface DeliveryTrouble {
  dropsAll: boolean;
  dropsNext: boolean;
  sendsTwice: boolean;
}

export interface DeliveryQueue {
  /** Takes charge of a new delivery; `pump` starts it. */
  add(deliveryId: string): void;
  /** Starts what is due and plans the rest. Safe to call at any time: nothing is started twice. */
  pump(): void;
  /** Sends an event again to every endpoint that listens, even if it was delivered before. */
  resend(eventId: string): void;
  /** Resolves when no attempt is under way. Retries that wait for their time do not count. */
  settled(): Promise<void>;
  setDuplicate(on: boolean): void;
  setDropped(on: boolean): void;
  /** The next attempt, whatever it carries, is lost on its way; its retry is not. */
  dropNext(): void;
  /** The faults that are switched on. */
  trouble(): DeliveryTrouble;
  close(): void;
}

/** Carries events to endpoints: at least once, with retries, in no particular order, as Stripe does. */
export function createDeliveryQueue(options: DeliveryQueueOptions): DeliveryQueue {
  const { state, endpoints, now, schedule, retryDelaysMs } = options;
  const open = new Set<string>();
  const planned = new Map<string, () => void>();
  const underWay = new Map<string, Promise<void>>();
  const closing = new AbortController();
  let sendsTwice = false;
  let dropsAll = false;
  let dropsNext = false;

  function pump(): void {
    if (closing.signal.aborted) return;
    for (const id of open) {
      const delivery = state.deliveries[id];
      if (delivery === undefined || delivery.status !== "pending") {
        open.delete(id);
        continue;
      }
      if (underWay.has(id) || planned.has(id)) continue;
      const waitMs = (delivery.nextAttemptAt ?? now()) - now();
      if (waitMs <= 0) start(delivery);
      else plan(delivery, waitMs);
    }
  }

  function plan(delivery: Delivery, waitMs: number): void {
    const cancel = schedule(waitMs, () => {
      planned.delete(delivery.id);
      if (!closing.signal.aborted) start(delivery);
    });
    planned.set(delivery.id, cancel);
  }

  function start(delivery: Delivery): void {
    const attempt = deliver(delivery).finally(() => {
      underWay.delete(delivery.id);
      if (closing.signal.aborted) return;
      options.changed();
      pump();
    });
    underWay.set(delivery.id, attempt);
  }

  async function deliver(delivery: Delivery): Promise<void> {
    delivery.nextAttemptAt = null;
    // Two copies at the same moment: the hardest kind of duplicate.
    const copies = sendsTwice ? [sendOnce(delivery), sendOnce(delivery)] : [sendOnce(delivery)];
    const outcomes = await Promise.all(copies);
    // An attempt cut short by closing is made again after the restart.
    if (closing.signal.aborted) {
      delivery.nextAttemptAt = now();
      return;
    }
    delivery.attempts.push({ at: now(), outcomes });
    if (outcomes.some((outcome) => /^2\d\d$/.test(outcome))) {
      delivery.status = "succeeded";
      return;
    }
    const delayMs = retryDelaysMs[delivery.attempts.length - 1];
    if (delayMs === undefined) delivery.status = "failed";
    else delivery.nextAttemptAt = now() + delayMs;
  }

  /** The HTTP status as text, or what went wrong. */
  async function sendOnce(delivery: Delivery): Promise<string> {
    const event = state.events[delivery.event];
    const endpoint = endpoints.find((candidate) => candidate.id === delivery.endpoint);
    if (event === undefined || endpoint === undefined) return "the endpoint is gone";
    if (dropsAll || dropsNext) {
      dropsNext = false;
      return "dropped on purpose";
    }
    const timeout = new AbortController();
    const cancelTimeout = schedule(options.timeoutMs, () => timeout.abort());
    const signal = AbortSignal.any([timeout.signal, closing.signal]);
    try {
      const response = await options.send(
        endpoint.url,
        webhookRequest(state, event, endpoint, now(), signal),
      );
      await response.body?.cancel();
      return String(response.status);
    } catch (error) {
      if (timeout.signal.aborted) return "timed out";
      return error instanceof Error ? error.message : String(error);
    } finally {
      cancelTimeout();
    }
  }

  for (const id of Object.keys(state.deliveries)) open.add(id);

  return {
    add: (deliveryId) => void open.add(deliveryId),
    pump,
    resend(eventId) {
      const deliveries = (state.events[eventId]?.deliveries ?? []).flatMap(
        (id) => state.deliveries[id] ?? [],
      );
      if (deliveries.length === 0) throw new Error(`No endpoint listens to the event ${eventId}.`);
      for (const delivery of deliveries) {
        planned.get(delivery.id)?.();
        planned.delete(delivery.id);
        open.add(delivery.id);
        delivery.status = "pending";
        delivery.nextAttemptAt = now();
      }
      pump();
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay.values());
    },
    setDuplicate(on) {
      sendsTwice = on;
    },
    setDropped(on) {
      dropsAll = on;
    },
    dropNext() {
      dropsNext = true;
    },
    trouble: () => ({ dropsAll, dropsNext, sendsTwice }),
    close() {
      closing.abort();
      for (const cancel of planned.values()) cancel();
      planned.clear();
    },
  };
}
