import fc from "fast-check";
import { expect, test } from "vitest";

import type { CheckoutFacts } from "../../../../core/orders/facts.ts";
import {
  flagForAttention,
  fulfill,
  isOpen,
  mergeFacts,
  newControl,
  owesSteps,
} from "../../../../core/orders/control-record.ts";
import { accessOf, isRevoked } from "../../../../core/orders/access.ts";
import { holdsLease, takeLease } from "../../../../core/orders/lease.ts";
import { stateRank, type PaymentMirror } from "../../../../core/orders/order.ts";
import { beginStep, failStep, isUncertain } from "../../../../core/orders/step-progress.ts";

function facts(
  state: CheckoutFacts["state"],
  mirror: Partial<PaymentMirror> = {},
): Pick<CheckoutFacts, "state" | "mirror"> {
  return { state, mirror: { refundedMinor: 0, fullyRefunded: false, ...mirror } };
}

test("B03: a failure that arrives after the payment does not undo it", () => {
  const paid = mergeFacts(newControl(), facts("paid"));
  expect(mergeFacts(paid, facts("payment_failed")).state).toBe("paid");
  expect(mergeFacts(mergeFacts(newControl(), facts("payment_failed")), facts("paid")).state).toBe("paid");
});

test("B05, B07: a refund is what Stripe says it is: merged twice it counts once, and one that failed no longer counts", () => {
  const once = mergeFacts(newControl(), facts("paid", { refundedMinor: 500 }));
  expect(mergeFacts(once, facts("paid", { refundedMinor: 500 }))).toBe(once);
  expect(mergeFacts(once, facts("paid")).mirror.refundedMinor).toBe(0);
});

test.for<[Partial<PaymentMirror>, boolean]>([
  [{}, false],
  [{ refundedMinor: 500 }, false],
  [{ refundedMinor: 3200, fullyRefunded: true }, true],
  [{ dispute: "inquiry" }, false],
  [{ dispute: "open" }, false],
  [{ dispute: "won" }, false],
  [{ dispute: "lost" }, true],
  [{ subscription: "active" }, false],
  [{ subscription: "past_due" }, false],
  [{ subscription: "paused" }, false],
  [{ subscription: "canceled" }, true],
  [{ subscription: "unpaid" }, true],
  [{ subscription: "incomplete_expired" }, true],
])("B11, B12: %j revokes the order: %s", ([mirror, revoked]) => {
  expect(isRevoked(mergeFacts(newControl(), facts("paid", mirror)))).toBe(revoked);
});

test("G01: a paused subscription closes access and revokes nothing", () => {
  const paid = mergeFacts(newControl(), facts("paid", { subscription: "paused" }));
  expect(accessOf({ ...paid, writeId: "1" })).toEqual({ kind: "revoked", reason: "subscription_paused" });
  expect(isRevoked(paid)).toBe(false);
  const resumed = mergeFacts(paid, facts("paid", { subscription: "active" }));
  expect(accessOf({ ...resumed, writeId: "2" })).toEqual({ kind: "granted" });
});

test("G02: an order that was paused before it was delivered owes nothing, and stays on the worklist", () => {
  const paused = mergeFacts(newControl(), facts("paid", { subscription: "paused" }));
  expect([owesSteps(paused, false), owesSteps(paused, true), isOpen(paused)]).toEqual([false, false, true]);
  expect(isOpen(fulfill(paused))).toBe(false);
});

test("B03: states merged in any order, any number of times, give the same record, and the state never goes down", () => {
  const anyFacts = fc.record({
    state: fc.constantFrom("awaiting_payment", "payment_failed", "paid"),
  });
  fc.assert(
    fc.property(
      fc.array(anyFacts, { maxLength: 6 }),
      fc.array(fc.nat(5), { maxLength: 8 }),
      (list, order) => {
        const merge = (items: typeof list) =>
          items.reduce((control, item) => {
            const next = mergeFacts(control, facts(item.state));
            expect(stateRank(next.state)).toBeGreaterThanOrEqual(stateRank(control.state));
            return next;
          }, newControl());
        const shuffled = order.flatMap((index) => list[index] ?? []);
        const all = [...shuffled, ...list];
        expect(merge(all).state).toBe(merge(list).state);
      },
    ),
  );
});

test("A18: a lease ends 45 seconds after it was taken", () => {
  expect(takeLease(newControl(), "a", 1_000_000)?.lease).toEqual({ owner: "a", untilMs: 1_045_000 });
});

test("a held order is busy for others until the lease has ended", () => {
  const held = takeLease(newControl(), "a", 1_000_000);
  if (held === undefined) throw new Error("a fresh order must be free");
  expect(takeLease(held, "b", 1_044_999)).toBeUndefined();
  expect(takeLease(held, "b", 1_045_000)?.lease?.owner).toBe("b");
});

test("A10: a worker that lost the lease no longer holds it, even under the same name", () => {
  const first = takeLease(newControl(), "a", 0);
  const second = first && takeLease(first, "a", 45_000);
  if (!first || !second) throw new Error("both leases must be granted");
  expect(holdsLease(first, { owner: "a", fence: 1 })).toBe(true);
  expect(holdsLease(second, { owner: "a", fence: 1 })).toBe(false);
  expect(holdsLease(second, { owner: "a", fence: 2 })).toBe(true);
});

test("A23: a fulfilled order is never flagged, and a flagged one can still be fulfilled", () => {
  expect(flagForAttention(fulfill(newControl()), "late").state).toBe("fulfilled");
  expect(fulfill(flagForAttention(newControl(), "late")).state).toBe("fulfilled");
});

test("A30: tries are spaced 30 s, 1 min, 2 min … up to an hour, and the step stays begun", () => {
  const failure = { error: "cut off", hadNoEffect: false };
  let control = newControl();
  const waits: number[] = [];
  for (let attempt = 0; attempt < 10; attempt += 1) {
    control = failStep(beginStep(control, "mail"), "mail", failure, 1_000);
    waits.push(((control.nextTryMs ?? 0) - 1_000) / 1_000);
  }
  expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
  expect(control.steps["mail"]).toEqual({ state: "started", attempts: 10 });
});

test("a failure that certainly had no effect is marked as such, and counted all the same", () => {
  const failure = { error: "refused", hadNoEffect: true };
  const control = failStep(beginStep(newControl(), "mail"), "mail", failure, 1_000);
  expect(control.steps["mail"]).toEqual({ state: "failed", attempts: 1 });
  expect(isUncertain(control.steps["mail"])).toBe(false);
  expect(beginStep(control, "mail").steps["mail"]).toEqual({ state: "started", attempts: 2 });
});

test("E10: a control record stays under 1 KB after 10,000 attempts", () => {
  let control = newControl();
  for (let attempt = 0; attempt < 10_000; attempt += 1) {
    const failure = { error: "x".repeat(5_000), hadNoEffect: false };
    control = failStep(beginStep(control, "mail"), "mail", failure, attempt);
  }
  expect(control.steps["mail"]?.attempts).toBe(10_000);
  expect(JSON.stringify({ ...control, writeId: "0123456789abcdef" }).length).toBeLessThan(1_024);
});
