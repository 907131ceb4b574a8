import { ScanCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDynamodbClient } from "../../core/stores/dynamodb-client.ts";
import { createDynamodbStorage } from "../../core/stores/dynamodb-storage.ts";
import { dynamodbEnvironment, startLocalDynamodb, type LocalDynamodb } from "../../cli/dev/local-dynamodb.ts";
import { startExpiringDynamodb, type ExpiringDynamodb } from "./expiring-dynamodb.ts";
import { runOwnerCommand, type Finished } from "./owner-command.ts";

let local: LocalDynamodb;
let amazon: ExpiringDynamodb;
let client: DynamoDBClient;

beforeAll(async () => {
  local = await startLocalDynamodb(undefined);
  amazon = await startExpiringDynamodb(local.config.endpoint ?? "");
  client = createDynamodbClient(local.config);
});
afterAll(async () => {
  client.destroy();
  await amazon.close();
  await local.close();
});

const createTable = (table: string): Promise<Finished> =>
  runOwnerCommand(
    "create-table",
    [],
    dynamodbEnvironment({ ...local.config, table, endpoint: amazon.endpoint }),
  );

/** The attributes of the one event that the shop's log has written. */
async function recordedEvent(table: string): Promise<Record<string, unknown>> {
  const { Items = [] } = await client.send(
    new ScanCommand({
      TableName: table,
      FilterExpression: "#sk = :event",
      ExpressionAttributeNames: { "#sk": "sk" },
      ExpressionAttributeValues: { ":event": { S: "EVENT" } },
    }),
  );
  expect(Items).toHaveLength(1);
  return { ...Items[0] };
}

test("A20, A21: create-table sets a new table's expiry to the attribute that event records have, 35 days ahead, in seconds", async () => {
  expect(await createTable("new-orders")).toEqual({
    exitCode: 0,
    output:
      "Made the table new-orders in local, with the index open-orders.\nEvent records expire after 35 days.\n",
    complaints: "",
  });
  expect(amazon.asked).toEqual([
    {
      TableName: "new-orders",
      TimeToLiveSpecification: { AttributeName: expect.any(String), Enabled: true },
    },
  ]);

  const { events } = createDynamodbStorage(client, "new-orders", { livemode: false, shopId: "1" });
  await events.record({
    eventId: "evt_1",
    type: "checkout.session.completed",
    createdMs: 1_795_000_000_000,
    error: undefined,
    orderIds: ["cs_test_1"],
    outcome: "fulfilled",
    atMs: 1_795_000_000_999,
  });
  const attribute = amazon.asked[0]?.TimeToLiveSpecification.AttributeName ?? "";
  expect((await recordedEvent("new-orders"))[attribute]).toEqual({ N: "1798024000" });
});

test("A21: create-table says when a table's expiry is already on, and does not fail", async () => {
  await createTable("old-orders");
  expect(await createTable("old-orders")).toEqual({
    exitCode: 0,
    output:
      "The table old-orders in local is there already, with the index open-orders.\nEvent records expire after 35 days.\n",
    complaints: "",
  });
  expect(amazon.asked.filter(({ TableName }) => TableName === "old-orders")).toHaveLength(2);
});
