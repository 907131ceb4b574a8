import { afterEach, expect, test } from "vitest";

import { saveProgress } from "../../../../core/reconciliation/watermark.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DOUBLE = "This may be a mistake";

let shop: TestShop;
let chats: string[];
afterEach(() => shop.close());

function open(environment: Record<string, string> = {}): void {
  chats = [];
  shop = openTestShop({
    environment: { OWNER_WEBHOOK_URL: "https://chat.example/hook", ...environment },
    replace: {
      post: async ({ body }) => {
        chats.push((JSON.parse(body) as { text: string }).text);
        return { status: 200 };
      },
    },
  });
}

/** The owner's notice of an order that was just paid. */
async function noticeOfOrder(priceId = "price_poster_a2", email = "ada@example.com"): Promise<string> {
  const orderId = await shop.openSession(priceId);
  shop.stripe.buyer.pay(orderId, { email });
  expect((await shop.notify(orderId)).status).toBe(200);
  return chats.at(-1) ?? "";
}

test("B17: when two tabs are both paid, the second notice names the first order", async () => {
  open();
  const first = await noticeOfOrder();
  expect(first).not.toContain(DOUBLE);
  const [firstId = ""] = /cs_test_\w+/.exec(first) ?? [];
  shop.clock.nowMs += 59 * MINUTE_MS;
  expect(await noticeOfOrder()).toContain(
    `The same buyer paid the same amount within the hour, order ${firstId}. ${DOUBLE}. If so, refund one, unless you already have.`,
  );
});

test("B17: an order of another buyer, amount, hour or shop, or one that was not paid, is not a double purchase", async () => {
  open();
  await noticeOfOrder();
  expect(await noticeOfOrder("price_poster_a2", "grace@example.com")).not.toContain(DOUBLE);
  expect(await noticeOfOrder("price_ebook_tides")).not.toContain(DOUBLE);
  shop.clock.nowMs += HOUR_MS + 1_000;
  expect(await noticeOfOrder()).not.toContain(DOUBLE);

  shop.clock.nowMs += 2 * HOUR_MS;
  const pending = await shop.openSession();
  shop.stripe.buyer.pay(pending, { email: "ada@example.com", delayed: "fails" });
  const foreign = await shop.openSession();
  const session = shop.stripe.state().checkoutSessions[foreign];
  if (session === undefined) throw new Error("there is no session");
  session.metadata = { static_checkout: "another-shop" };
  shop.stripe.buyer.pay(foreign, { email: "ada@example.com" });
  expect(await noticeOfOrder()).not.toContain(DOUBLE);
});

test("B17: a free order may be placed as often as a buyer likes", async () => {
  open();
  const price = shop.stripe.state().prices["price_ebook_tides"];
  if (price === undefined) throw new Error("the catalog has no e-book");
  price.unit_amount = 0;
  price.unit_amount_decimal = "0";
  await noticeOfOrder("price_ebook_tides");
  expect(await noticeOfOrder("price_ebook_tides")).not.toContain(DOUBLE);
});

test("a notice goes out without its remark when Stripe does not answer", async () => {
  open();
  await noticeOfOrder();
  shop.stripe.faults.beforeApi = (request) =>
    request.url.includes("customer_details") ? Response.error() : undefined;
  const notice = await noticeOfOrder();
  expect(notice).toContain("New order");
  expect(notice).not.toContain(DOUBLE);
});

test("E17: a notice says when the scheduled run has not finished for more than a day", async () => {
  open();
  const finishedMs = shop.clock.nowMs;
  const progress = { lookedAtUntilMs: finishedMs, finishedMs, flagged: 0, pass: undefined };
  await saveProgress(shop.storage.bookkeeping, progress, finishedMs);
  shop.clock.nowMs += 26 * HOUR_MS;
  expect(await noticeOfOrder()).not.toContain("scheduled run");
  shop.clock.nowMs += 1;
  expect(await noticeOfOrder("price_ebook_tides")).toContain(
    "The scheduled run that looks for unreported payments has not finished since 21 November 2026.",
  );
});

test("E17: health and notices say that Vercel's scheduler can start nothing without CRON_SECRET", async () => {
  const production = { VERCEL: "1", VERCEL_ENV: "production" };
  const health = async (): Promise<unknown> =>
    (await shop.app.health(new Request("https://shop.example/api/health"))).json();
  open(production);
  expect(await health()).toMatchObject({ ok: false, problems: ["cron_secret_missing"] });
  expect(await noticeOfOrder()).toContain("set CRON_SECRET");
  shop.close();

  open({ ...production, CRON_SECRET: "a-cron-secret-of-32-characters!!" });
  expect(await health()).toMatchObject({ ok: true });
  expect(await noticeOfOrder()).not.toContain("CRON_SECRET");
  shop.close();

  open({ VERCEL: "1", VERCEL_ENV: "preview" });
  expect(await health()).toMatchObject({ ok: true });
});
