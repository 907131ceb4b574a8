import { expect, test } from "vitest";

import type { EventLog, WebhookDelivery } from "../../core/webhook/event-log.ts";

export interface EventLogUnderTest {
  events: EventLog;
  /** An event reaches the shop, is verified and recorded. Resolves to when that was, in ms since 1970. */
  deliver(delivery: WebhookDelivery): Promise<number>;
  /** Why nothing can be delivered here, if so. */
  cannotDeliver?: string;
}

/** What every engine promises about the trail of webhooks. The tests build on each other: a log has one last delivery. */
export function eventLogContract(open: () => EventLogUnderTest): void {
  test("there is no last delivery before the first one", async ({ skip }) => {
    const { events, cannotDeliver } = open();
    if (cannotDeliver !== undefined) skip(cannotDeliver);
    expect(await events.lastDeliveryMs()).toBeUndefined();
  });

  test("the last delivery is known, to the minute", async ({ skip }) => {
    const { events, deliver, cannotDeliver } = open();
    if (cannotDeliver !== undefined) skip(cannotDeliver);
    const atMs = await deliver(delivery("evt_first", 1_795_000_000_000));
    expect(await events.lastDeliveryMs()).toBe(atMs);
    const laterMs = await deliver(delivery("evt_second", 1_795_000_060_000));
    expect(await events.lastDeliveryMs()).toBe(laterMs);
  });

  test("A01: a repeated delivery is recorded again without harm", async ({ skip }) => {
    const { events, deliver, cannotDeliver } = open();
    if (cannotDeliver !== undefined) skip(cannotDeliver);
    await deliver(delivery("evt_repeated", 1_795_000_180_000));
    const atMs = await deliver(delivery("evt_repeated", 1_795_000_240_000));
    expect(await events.lastDeliveryMs()).toBe(atMs);
  });

  test("an event without an order is recorded, too", async ({ skip }) => {
    const { events, deliver, cannotDeliver } = open();
    if (cannotDeliver !== undefined) skip(cannotDeliver);
    const atMs = await deliver({ ...delivery("evt_ignored", 1_795_000_300_000), orderIds: [] });
    expect(await events.lastDeliveryMs()).toBe(atMs);
  });
}

function delivery(eventId: string, atMs: number): WebhookDelivery {
  return {
    eventId,
    type: "checkout.session.completed",
    createdMs: atMs - 1_000,
    orderIds: ["cs_test_0000000001"],
    outcome: "fulfilled",
    error: undefined,
    atMs,
  };
}
