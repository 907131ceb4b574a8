import { expect, test } from "vitest";

import { createSharedLooks } from "../../../../core/order-page/shared-looks.ts";

const clock = { nowMs: Date.UTC(2031, 0, 1) };
const looks = () => createSharedLooks(() => clock.nowMs);
const unknown = async () => undefined;
const never = () => new Promise<undefined>(() => undefined);

test("D14: callers wait ten seconds for a look that hangs; the next one looks anew", async () => {
  const { share } = looks();
  void share("cs_test_1", { isBuyer: true }, never);
  clock.nowMs += 9_999;
  const patient = share("cs_test_1", { isBuyer: true }, unknown);
  clock.nowMs += 1;
  expect(await share("cs_test_1", { isBuyer: true }, unknown)).toEqual({ kind: "seen", view: undefined });
  expect(await Promise.race([patient, Promise.resolve("still waiting")])).toBe("still waiting");
});

test("D14: one instance asks Stripe about a hundred orders at once and ten a second, buyers' orders included", async () => {
  const { share, mayAskStripe } = looks();
  const ask = async (order: number) => (await share(`cs_test_${order}`, { isBuyer: true }, unknown)).kind;
  const answers = await Promise.all(Array.from({ length: 120 }, (_, order) => ask(order)));
  expect(answers.filter((kind) => kind === "seen")).toHaveLength(100);
  expect(mayAskStripe()).toBe(false);
  clock.nowMs += 100;
  expect(mayAskStripe()).toBe(true);
  expect(await ask(200)).toBe("later");
});

test("D02: strangers get forty looks at once and two a second, and use up only their own", async () => {
  const { share } = looks();
  const ask = async (order: number, isBuyer = false) =>
    (await share(`cs_test_${order}`, { isBuyer }, unknown)).kind;
  const answers = await Promise.all(Array.from({ length: 60 }, (_, order) => ask(order)));
  expect(answers.filter((kind) => kind === "seen")).toHaveLength(40);
  expect(await ask(100, true)).toBe("seen");
  clock.nowMs += 1_000;
  expect(await Promise.all([ask(101), ask(102), ask(103)])).toEqual(["seen", "seen", "later"]);
});
