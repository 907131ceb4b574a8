import { CreateTableCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDynamodbClient } from "../../core/stores/dynamodb-client.ts";
import { createDynamodbStorage } from "../../core/stores/dynamodb-storage.ts";
import type { Storage } from "../../core/stores/storage.ts";
import { createTable, enableExpiry } from "../../core/stores/dynamodb-table.ts";
import { openOrders } from "./order-store.ts";
import { openOrderTable, type OrderTable } from "./order-table.ts";

let table: OrderTable;
beforeAll(async () => {
  table = await openOrderTable();
});
afterAll(() => table.close());

test("a table has string keys, the sparse index of open orders, and on-demand billing", async () => {
  const { Table } = await table.client.send(new DescribeTableCommand({ TableName: table.name }));
  expect(Table).toMatchObject({
    TableStatus: "ACTIVE",
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
    BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
    GlobalSecondaryIndexes: [
      {
        IndexName: "open-orders",
        KeySchema: [
          { AttributeName: "open", KeyType: "HASH" },
          { AttributeName: "pk", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  });
});

test("creating a table that exists changes nothing", async () => {
  expect(await createTable(table.client, table.name)).toBe(false);
});

test("a DynamoDB that cannot expire records is reported, not hidden", async () => {
  expect(await enableExpiry(table.client, table.name)).toBe(false);
});

const uses: [string, (engine: Storage) => Promise<unknown>][] = [
  ["reading an order", ({ orders }) => orders.readControl("cs_test_1")],
  ["listing open orders", ({ orders }) => openOrders(orders)],
  ["recording a delivery", ({ events }) => events.record(DELIVERY)],
  ["asking for the last delivery", ({ events }) => events.lastDeliveryMs()],
  ["writing a note", ({ bookkeeping }) => bookkeeping.write("note", 0, "text")],
];
const DELIVERY = {
  eventId: "evt_1",
  type: "t",
  createdMs: 1,
  orderIds: [],
  outcome: "ignored_type",
  error: undefined,
  atMs: 1,
};

test.for(uses)(
  "E12: without its table, %s says which table is missing where, and what to do",
  async ([, use]) => {
    const client = createDynamodbClient({ ...table.config, table: "no-such-table" });
    const failure = use(createDynamodbStorage(client, "no-such-table", { livemode: false, shopId: "1" }));
    await expect(failure).rejects.toThrow(
      'There is no table no-such-table in the region local: check DYNAMODB_TABLE and DYNAMODB_REGION, or make it with "npm run create-table".',
    );
    client.destroy();
  },
);

test("E12: a table that was made by hand, without the index, is reported as such", async () => {
  const config = { ...table.config, table: "made-by-hand" };
  const client = createDynamodbClient(config);
  await client.send(
    new CreateTableCommand({
      TableName: config.table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    }),
  );
  await expect.poll(() => isActive(config.table), { timeout: 5_000 }).toBe(true);
  const { orders } = createDynamodbStorage(client, config.table, { livemode: false, shopId: "1" });
  await expect(openOrders(orders)).rejects.toThrow(
    /made-by-hand lacks an index.*npm run create-table.*open-orders/,
  );
  client.destroy();
});

async function isActive(name: string): Promise<boolean> {
  const { Table } = await table.client.send(new DescribeTableCommand({ TableName: name }));
  return Table?.TableStatus === "ACTIVE";
}
