import { DeleteItemCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";

import { openOrders } from "./order-store.ts";
import { openOrderTable, type OrderTable } from "./order-table.ts";
import { openShopOnTable, type ShopOnTable } from "./shop-on-table.ts";

let table: OrderTable;
let shop: ShopOnTable;
beforeEach(async () => {
  table = await openOrderTable();
  shop = openShopOnTable(table);
});
afterEach(async () => {
  shop.stripe.close();
  await table.close();
});

async function eventRecords() {
  const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.name }));
  return Items.filter((item) => item["sk"]?.S === "EVENT");
}

const readOrder = (sessionId: string) => shop.storage.orders.readControl(sessionId);

test("A21: delivering everything again has no effect, even with every event record wiped", async () => {
  const sessions = [await shop.paidSession(), await shop.paidSession(), await shop.paidSession()];
  for (const sessionId of sessions) expect((await shop.notify(sessionId)).status).toBe(200);
  const before = await Promise.all(sessions.map(readOrder));
  const records = await eventRecords();
  expect(records).toHaveLength(3);
  for (const { pk, sk } of records) {
    await table.client.send(
      new DeleteItemCommand({ TableName: table.name, Key: { ...(pk && { pk }), ...(sk && { sk }) } }),
    );
  }

  for (const sessionId of sessions) expect((await shop.notify(sessionId)).status).toBe(200);
  expect(await Promise.all(sessions.map(readOrder))).toEqual(before);
  expect(shop.mails).toHaveLength(3);
});

test("A22: an expired event record that DynamoDB has not deleted yet does not stop an order from being settled", async () => {
  const sessionId = await shop.paidSession();
  await shop.notify(sessionId, "charge.unknown");
  const [template] = await eventRecords();
  // What an earlier delivery of the same event would have left, two months ago: "done".
  const expired = {
    ...template,
    pk: { S: `TEST#EVENT#evt_checkout_session_completed_${sessionId.slice(-12)}` },
    outcome: { S: "fulfilled" },
    orders: { S: sessionId },
    expiresAtSeconds: { N: String(Math.floor(Date.now() / 1_000) - 25 * 86_400) },
    attempts: { N: "4" },
  };
  await table.client.send(new PutItemCommand({ TableName: table.name, Item: expired }));

  expect((await shop.notify(sessionId)).status).toBe(200);
  expect((await readOrder(sessionId))?.control.state).toBe("fulfilled");
  expect(shop.mails).toHaveLength(1);
  const renewed = (await eventRecords()).find((item) => item["pk"]?.S === expired.pk.S);
  expect(Number(renewed?.["expiresAtSeconds"]?.N)).toBeGreaterThan(Date.now() / 1_000);
});

/** The words of an expression besides names (#…) and values (:…). */
const EXPRESSION_WORDS =
  /\b(?:SET|ADD|REMOVE|AND|OR|NOT|BETWEEN|IN|attribute_exists|attribute_not_exists|begins_with|if_not_exists)\b/g;

test("E11: every command names attributes by aliases only, and no key is ever empty", async () => {
  const sessionId = await shop.paidSession();
  await shop.notify(sessionId);
  await shop.notify(sessionId);
  await shop.status(sessionId);
  await shop.notify("cs_test_unknown000000");
  await openOrders(shop.storage.orders);
  await shop.storage.bookkeeping.write("reconciliation", 0, "1 2");
  await shop.storage.bookkeeping.write("reconciliation", 1, "2 3");
  await shop.storage.events.lastDeliveryMs();
  await shop.storage.orders.appendHistory(sessionId, { key: "told/1", atMs: 1, what: "told" });
  expect(await shop.storage.orders.readHistory(sessionId)).toContainEqual(
    expect.objectContaining({ what: "told" }),
  );
  await shop.storage.downloads.add(sessionId, { id: "file_1", name: "Tides.pdf" }, 1);
  expect(await shop.storage.downloads.of(sessionId)).toHaveLength(1);

  const kinds = new Set(table.commands.map(({ name }) => name));
  expect([...kinds].toSorted()).toEqual([
    "GetItemCommand",
    "PutItemCommand",
    "QueryCommand",
    "UpdateItemCommand",
  ]);
  for (const { name, input } of table.commands) {
    for (const [field, value] of Object.entries(input)) {
      if (!field.endsWith("Expression") || typeof value !== "string") continue;
      const bareNames = value.replace(EXPRESSION_WORDS, "").match(/(?<![#:\w])[a-zA-Z]\w*/g);
      expect(bareNames, `${name} ${field}: ${value}`).toBeNull();
    }
    const attributes = { ...(input["Key"] as object), ...(input["Item"] as object) } as Record<
      string,
      { S?: string }
    >;
    for (const key of ["pk", "sk", "open"]) expect(attributes[key]?.S, `${name} ${key}`).not.toBe("");
  }
});

test("E11: an order that is done has no index attribute at all", async () => {
  const sessionId = await shop.paidSession();
  await shop.notify(sessionId);
  const last = table.commands.findLast(
    ({ input }) => (input["Item"] as { sk?: { S: string } })?.sk?.S === "CONTROL",
  );
  expect(last?.input["Item"]).toMatchObject({ version: { N: "4" } });
  expect(last?.input["Item"]).not.toHaveProperty("open");
});
