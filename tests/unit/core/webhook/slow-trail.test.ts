import { afterEach, expect, test, vi } from "vitest";

import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

let shop: TestShop;
afterEach(() => shop.close());

test("A14, A29: a trail that never answers keeps neither the order nor Stripe waiting", async () => {
  const timers: { delayMs: number; callback: () => void; isOff: boolean }[] = [];
  shop = openTestShop({
    replace: {
      schedule: (delayMs, callback) => {
        const timer = { delayMs, callback, isOff: false };
        timers.push(timer);
        return () => void (timer.isOff = true);
      },
    },
  });
  const sessionId = await shop.openSession();
  shop.stripe.buyer.pay(sessionId);
  const record = vi.spyOn(shop.storage.events, "record").mockReturnValue(new Promise(() => undefined));

  const answering = shop.notify(sessionId);
  await vi.waitFor(() => expect(record).toHaveBeenCalledOnce());
  const running = timers.filter(({ isOff }) => !isOff);
  expect(running.map(({ delayMs }) => delayMs)).toEqual([700]);
  for (const { callback } of running) callback();

  const answer = await answering;
  expect([answer.status, await answer.json()]).toEqual([200, { received: true, outcome: "fulfilled" }]);
  expect((await shop.store.readControl(sessionId))?.control.state).toBe("fulfilled");
  expect(shop.log).toContainEqual(
    expect.objectContaining({
      level: "warn",
      event: "event_not_recorded",
      eventId: "evt_checkout.session.completed",
    }),
  );
});
