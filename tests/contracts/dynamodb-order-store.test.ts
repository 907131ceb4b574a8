import { randomUUID } from "node:crypto";

import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { OrderStore } from "../../core/orders/order-store.ts";
import { createDynamodbClient } from "../../core/stores/dynamodb-client.ts";
import { createDynamodbOrderStore } from "../../core/stores/dynamodb-order-store.ts";
import { createTable } from "../../core/stores/dynamodb-table.ts";
import { startLocalDynamodb, type LocalDynamodb } from "../../scripts/dev/local-dynamodb.ts";
import { orderStoreContract } from "./order-store.ts";

let local: LocalDynamodb;
let client: ReturnType<typeof createDynamodbClient>;
let store: OrderStore;
const table = "static-checkout";
const newOrderId = async (): Promise<string> => `cs_test_${randomUUID()}`;

beforeAll(async () => {
  local = await startLocalDynamodb(undefined);
  client = createDynamodbClient(local.config);
  store = createDynamodbOrderStore(client, table, false);
});

afterAll(async () => {
  client.destroy();
  await local.close();
});

orderStoreContract(() => ({ store, newOrderId, keepsSnapshots: true }));

test("B21: a test order does not exist for the live shop on the same table", async () => {
  const orderId = await newOrderId();
  await store.writeControl(orderId, 0, {
    v: 1,
    writeId: "w",
    state: "paid",
    mirror: { refundedMinor: 0, fullyRefunded: false },
    fence: 0,
    steps: {},
  });
  expect(await createDynamodbOrderStore(client, table, true).readControl(orderId)).toBeUndefined();
});

test("making a table that exists leaves it alone", async () => {
  expect(await createTable(client, table)).toBe(false);
});

test("E16: a record of a newer format is refused and not overwritten", async () => {
  const orderId = await newOrderId();
  const key = { pk: { S: `TEST#ORDER#${orderId}` }, sk: { S: "CONTROL" } };
  const body = JSON.stringify({ v: 2, writeId: "w", state: "shipped" });
  await client.send(
    new PutItemCommand({ TableName: table, Item: { ...key, body: { S: body }, version: { N: "4" } } }),
  );

  await expect(store.readControl(orderId)).rejects.toThrow(/deploy the newest version/);

  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key }));
  expect(Item?.["body"]?.S).toBe(body);
});
