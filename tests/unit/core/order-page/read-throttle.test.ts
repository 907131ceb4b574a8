import { expect, test } from "vitest";

import { createReadThrottle } from "../../../../core/order-page/read-throttle.ts";

const clock = { nowMs: Date.UTC(2031, 0, 1) };
const open = () => createReadThrottle(() => clock.nowMs);
const unknown = async () => undefined;
const never = () => new Promise<undefined>(() => undefined);

test("D14: callers wait ten seconds for a read that hangs; the next one reads anew", async () => {
  const share = open().singleFlight();
  void share("cs_test_1", { isBuyer: true }, never);
  clock.nowMs += 9_999;
  const patient = share("cs_test_1", { isBuyer: true }, unknown);
  clock.nowMs += 1;
  expect(await share("cs_test_1", { isBuyer: true }, unknown)).toEqual({ kind: "read", view: undefined });
  expect(await Promise.race([patient, Promise.resolve("still waiting")])).toBe("still waiting");
});

test("D14: one instance asks Stripe about a hundred orders at once and ten a second, buyers' orders included", async () => {
  const { singleFlight, mayAskStripe } = open();
  const share = singleFlight();
  const ask = async (order: number) => (await share(`cs_test_${order}`, { isBuyer: true }, unknown)).kind;
  const answers = await Promise.all(Array.from({ length: 120 }, (_, order) => ask(order)));
  expect(answers.filter((kind) => kind === "read")).toHaveLength(100);
  expect(mayAskStripe()).toBe(false);
  clock.nowMs += 100;
  expect(mayAskStripe()).toBe(true);
  expect(await ask(200)).toBe("later");
});

test("D02: strangers get forty reads at once and two a second, and use up only their own", async () => {
  const share = open().singleFlight();
  const ask = async (order: number, isBuyer = false) =>
    (await share(`cs_test_${order}`, { isBuyer }, unknown)).kind;
  const answers = await Promise.all(Array.from({ length: 60 }, (_, order) => ask(order)));
  expect(answers.filter((kind) => kind === "read")).toHaveLength(40);
  expect(await ask(100, true)).toBe("read");
  clock.nowMs += 1_000;
  expect(await Promise.all([ask(101), ask(102), ask(103)])).toEqual(["read", "read", "later"]);
});

test("D02: the routes share one budget, and each its own answers", async () => {
  const { singleFlight } = open();
  const [page, downloads] = [singleFlight<string>(), singleFlight<string>()];
  const asker = { isBuyer: false };
  for (let order = 0; order < 40; order += 1) await page(`cs_test_${order}`, asker, async () => "page");
  expect(await downloads("cs_test_41", asker, async () => "file")).toEqual({ kind: "later" });
  expect(await page("cs_test_39", asker, async () => "again")).toEqual({ kind: "read", view: "page" });
  const buyer = { isBuyer: true };
  expect(await downloads("cs_test_39", buyer, async () => "file")).toEqual({ kind: "read", view: "file" });
});
