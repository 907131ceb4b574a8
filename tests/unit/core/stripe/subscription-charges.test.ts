import type Stripe from "stripe";
import { expect, test } from "vitest";

import { createDeadline } from "../../../../core/retry/deadline.ts";
import {
  retrieveDisputes,
  retrieveSubscriptionCharges,
} from "../../../../core/stripe/subscription-charges.ts";

const DEADLINE = createDeadline(() => 0, 60_000);

interface Charge {
  id: string;
  created: number;
  payment_intent: string | null;
  disputed?: boolean;
}

/** Everything on one page, newest first. */
async function page<T>(data: readonly T[]) {
  return { data, has_more: false };
}

test("G07: a subscription's charges are those of its invoices, from its first second on", async () => {
  const charges: Charge[] = [
    { id: "ch_of_a_poster", created: 1_500, payment_intent: "pi_poster" },
    { id: "ch_without_intent", created: 1_450, payment_intent: null },
    { id: "ch_renewal", created: 1_400, payment_intent: "pi_2" },
    { id: "ch_first", created: 1_000, payment_intent: "pi_1" },
  ];
  const stripe = {
    invoices: {
      list: () =>
        page(
          ["pi_2", null, "pi_1"].map((id) => ({ payments: { data: [{ payment: { payment_intent: id } }] } })),
        ),
    },
    charges: {
      list: ({ created: { gte = Infinity, gt = Infinity } }: { created: { gte?: number; gt?: number } }) =>
        page(charges.filter(({ created }) => created >= gte || created > gt)),
    },
  };
  const found = await retrieveSubscriptionCharges(
    stripe as unknown as Stripe,
    { id: "sub_1", customer: "cus_1", created: 1_000 } as Stripe.Subscription,
    DEADLINE,
  );
  expect(found.map(({ id }) => id)).toEqual(["ch_renewal", "ch_first"]);
});

test("G07: each page of a subscription's payments is asked for within the time that is left by then", async () => {
  let nowMs = 0;
  const timeouts: number[] = [];
  const everyPageTakesFourSeconds = async (data: object[], { timeout }: Stripe.RequestOptions) => {
    timeouts.push(timeout ?? Infinity);
    nowMs += 4_000;
    return { data, has_more: timeouts.length % 2 === 1 };
  };
  const stripe = {
    invoices: {
      list: (_: object, options: Stripe.RequestOptions) =>
        everyPageTakesFourSeconds([{ id: "in_1" }], options),
    },
    charges: {
      list: (_: object, options: Stripe.RequestOptions) =>
        everyPageTakesFourSeconds([{ id: "ch_1" }], options),
    },
  };
  await retrieveSubscriptionCharges(
    stripe as unknown as Stripe,
    { id: "sub_1", customer: "cus_1", created: 0 } as Stripe.Subscription,
    createDeadline(() => nowMs, 20_000),
  );
  expect(timeouts).toEqual([8_000, 8_000, 6_000, 4_000]);
});

/** An account with these disputes, newest first, whose own list holds two to a page. */
function account(disputes: readonly { id: string; charge: string; created: number }[], pageSize = 2) {
  const asked: string[] = [];
  const stripe = {
    disputes: {
      list: async ({ charge, created }: { charge?: string; created?: { gte: number } }) => {
        asked.push(charge ?? `since ${created?.gte}`);
        if (charge !== undefined) return { data: disputes.filter((one) => one.charge === charge) };
        const since = disputes.filter((one) => one.created >= (created?.gte ?? 0));
        return { data: since.slice(0, pageSize), has_more: since.length > pageSize };
      },
    },
  };
  const find = async (charges: readonly Charge[]) =>
    (
      await retrieveDisputes(
        stripe as unknown as Stripe,
        charges as unknown as readonly Stripe.Charge[],
        DEADLINE,
      )
    ).map(({ id }) => id);
  return { asked, find };
}

const CHARGES: Charge[] = [
  { id: "ch_2", created: 2_000, payment_intent: "pi_2" },
  { id: "ch_1", created: 1_000, payment_intent: "pi_1" },
];

test("G07: only the account's disputes about these charges count, even one that is older than the last payment", async () => {
  const { find, asked } = account([
    { id: "du_elsewhere", charge: "ch_9", created: 2_500 },
    { id: "du_1", charge: "ch_1", created: 1_500 },
  ]);
  expect(await find(CHARGES)).toEqual(["du_1"]);
  expect(asked).toEqual(["since 1000"]);
});

test("G07: each charge is asked about when the account has more disputes than a page holds; the newest dispute comes first", async () => {
  const { find, asked } = account([
    { id: "du_a", charge: "ch_9", created: 4_000 },
    { id: "du_b", charge: "ch_9", created: 3_900 },
    { id: "du_1", charge: "ch_1", created: 3_000 },
    { id: "du_2", charge: "ch_2", created: 2_100 },
  ]);
  expect(await find(CHARGES)).toEqual(["du_1", "du_2"]);
  expect(asked).toEqual(["since 1000", "ch_2", "ch_1"]);
});

test("G07: of a hundred payments the newest 24 are asked about, and those marked as disputed", async () => {
  const charges = Array.from({ length: 100 }, (_, index) => ({
    id: `ch_${99 - index}`,
    created: 1_000 + 99 - index,
    payment_intent: "pi",
    disputed: index === 99,
  }));
  const { find, asked } = account(
    [
      { id: "du_x", charge: "ch_other", created: 9_000 },
      { id: "du_old", charge: "ch_0", created: 1_001 },
    ],
    1,
  );
  expect(await find(charges)).toEqual(["du_old"]);
  expect(asked).toHaveLength(1 + 24 + 1);
  expect(asked.at(-1)).toBe("ch_0");
});
