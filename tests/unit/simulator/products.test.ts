import { expect, test } from "vitest";
import { eventsDuring, interceptStripe, openAccount } from "./open-account.ts";

interceptStripe();

const ledger = { id: "prod_ledger", name: "Ledger", active: false };

test("creates a product under the shop's own id, once", async () => {
  const account = openAccount();
  const { products } = account.stripe;
  const events = await eventsDuring(account, () => products.create({ ...ledger, metadata: { v: "1" } }));
  expect(events).toMatchObject([{ type: "product.created", data: { object: { id: "prod_ledger" } } }]);
  expect(await products.retrieve("prod_ledger")).toMatchObject({ active: false, metadata: { v: "1" } });
  await expect(products.create(ledger)).rejects.toMatchObject({
    statusCode: 400,
    rawType: "invalid_request_error",
    code: "resource_already_exists",
    message: "Product already exists.",
  });
  expect((await products.create({ name: "Nameless id" })).id).toMatch(/^prod_/);
});

test("merges metadata and sends an event only if something changed", async () => {
  const account = openAccount();
  const { products } = account.stripe;
  await products.create({ ...ledger, metadata: { v: "1", cursor: "a" } });
  const events = await eventsDuring(account, () =>
    products.update("prod_ledger", { metadata: { v: "2", cursor: "" } }),
  );
  expect(events).toMatchObject([
    {
      type: "product.updated",
      data: { object: { metadata: { v: "2" } }, previous_attributes: { metadata: { v: "1", cursor: "a" } } },
    },
  ]);
  expect(await eventsDuring(account, () => products.update("prod_ledger", { metadata: { v: "2" } }))).toEqual(
    [],
  );
  await expect(products.update("prod_unknown", { metadata: { v: "2" } })).rejects.toMatchObject({
    statusCode: 404,
  });
  const tooMany = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, "x"]));
  await expect(products.update("prod_ledger", { metadata: tooMany })).rejects.toMatchObject({
    statusCode: 400,
    param: "metadata",
  });
});
