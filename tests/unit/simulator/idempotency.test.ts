import type Stripe from "stripe";
import { expect, test } from "vitest";
import { interceptStripe, openAccount, posterSession, type TestAccount } from "./open-account.ts";

interceptStripe();

type Send = (text: string, key: string) => Promise<Stripe.Response<{ id: string }>>;

/** The three calls with which a shop without a database compares and sets. `send` repeats one call, `text` is its content. */
const calls: [string, (account: TestAccount) => Promise<Send>][] = [
  [
    "a session update",
    async (account) => {
      const { id } = await posterSession(account);
      return (text, idempotencyKey) =>
        account.stripe.checkout.sessions.update(id, { metadata: { order: text } }, { idempotencyKey });
    },
  ],
  [
    "a product update",
    async (account) => {
      const { id } = await account.stripe.products.create({ id: "prod_ledger", name: "Ledger" });
      return (text, idempotencyKey) =>
        account.stripe.products.update(id, { metadata: { order: text } }, { idempotencyKey });
    },
  ],
  [
    "a product creation",
    async (account) => (text, idempotencyKey) =>
      account.stripe.products.create({ name: "Ledger", metadata: { order: text } }, { idempotencyKey }),
  ],
];

const serverError = () =>
  Response.json({ error: { type: "api_error", message: "An unknown error occurred" } }, { status: 500 });

test.each(calls)("replays %s and refuses different content under its key", async (_name, prepare) => {
  const send = await prepare(openAccount());
  const first = await send("one", "v1");
  const again = await send("one", "v1");
  expect(again.id).toBe(first.id);
  expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
  await expect(send("two", "v1")).rejects.toMatchObject({ statusCode: 400, rawType: "idempotency_error" });
});

test.each(calls)("answers 409 to %s whose first request is still under way", async (_name, prepare) => {
  const account = openAccount();
  const send = await prepare(account);
  const hold = Promise.withResolvers<undefined>();
  const before = account.simulated.calls().length;
  account.simulated.faults.duringApi = () => hold.promise;
  const first = send("one", "v1");
  while (account.simulated.calls().length === before) await new Promise((resolve) => setImmediate(resolve));
  await expect(send("one", "v1")).rejects.toMatchObject({ statusCode: 409, code: "idempotency_key_in_use" });
  hold.resolve(undefined);
  expect((await first).lastResponse.statusCode).toBe(200);
});

test.each(calls)(
  "keeps a 500 of its own under the key of %s until the key is forgotten",
  async (_name, prepare) => {
    const account = openAccount();
    const send = await prepare(account);
    account.simulated.faults.duringApi = serverError;
    await expect(send("one", "v1")).rejects.toMatchObject({ statusCode: 500 });
    account.simulated.faults.duringApi = undefined;
    await expect(send("one", "v1")).rejects.toMatchObject({
      statusCode: 500,
      headers: { "idempotent-replayed": "true" },
    });
    await expect(send("two", "v1")).rejects.toMatchObject({ statusCode: 400, rawType: "idempotency_error" });
    await account.advance(24 * 3_600_000 - 1);
    await expect(send("one", "v1")).rejects.toMatchObject({ statusCode: 500 });
    await account.advance(1);
    expect((await send("two", "v1")).lastResponse.statusCode).toBe(200);
  },
);
