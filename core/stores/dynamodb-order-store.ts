import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";

import { parseControlRecord, parseSnapshot } from "../orders/stored-order.ts";
import type { OrderId } from "../orders/order.ts";
import type { OrderStore } from "../orders/order-store.ts";

/**
 * Orders in one DynamoDB table. An order is an item collection:
 *
 *     pk                    sk            attributes
 *     TEST#ORDER#cs_test_…  SNAPSHOT      body: the snapshot as JSON
 *     TEST#ORDER#cs_test_…  CONTROL       body: the control record as JSON, version: number
 *     TEST#ORDER#cs_test_…  LOG#<key>     what, atMs
 *
 * The mode is part of every key, so that a test order never stands among live ones. Compare-and-set is a
 * ConditionExpression on `version`; all attribute names are aliased, because DynamoDB reserves hundreds of words.
 */
export function createDynamodbOrderStore(
  client: DynamoDBClient,
  table: string,
  livemode: boolean,
): OrderStore {
  const keyOf = (orderId: OrderId, sk: string): Record<string, AttributeValue> => ({
    pk: { S: `${livemode ? "LIVE" : "TEST"}#ORDER#${orderId}` },
    sk: { S: sk },
  });

  const read = async (orderId: OrderId, sk: string): Promise<Record<string, AttributeValue> | undefined> => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: keyOf(orderId, sk), ConsistentRead: true }),
    );
    return Item;
  };

  const putIfAbsent = async (item: Record<string, AttributeValue>): Promise<void> => {
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: item,
          ConditionExpression: "attribute_not_exists(#pk)",
          ExpressionAttributeNames: { "#pk": "pk" },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  };

  return {
    engine: "dynamodb",

    async readControl(orderId) {
      const item = await read(orderId, "CONTROL");
      if (item === undefined) return undefined;
      return {
        control: parseControlRecord(orderId, item["body"]?.S ?? ""),
        version: Number(item["version"]?.N),
      };
    },

    async writeControl(orderId, expectedVersion, control) {
      const firstWrite = expectedVersion === 0;
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              ...keyOf(orderId, "CONTROL"),
              body: { S: JSON.stringify(control) },
              version: { N: String(expectedVersion + 1) },
            },
            ConditionExpression: firstWrite ? "attribute_not_exists(#pk)" : "#version = :expected",
            ExpressionAttributeNames: firstWrite ? { "#pk": "pk" } : { "#version": "version" },
            ...(!firstWrite && {
              ExpressionAttributeValues: { ":expected": { N: String(expectedVersion) } },
            }),
          }),
        );
        return "written";
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return "conflict";
        throw error;
      }
    },

    async readSnapshot(orderId) {
      const item = await read(orderId, "SNAPSHOT");
      return item === undefined ? undefined : parseSnapshot(orderId, item["body"]?.S ?? "");
    },

    createSnapshot: (snapshot) =>
      putIfAbsent({ ...keyOf(snapshot.orderId, "SNAPSHOT"), body: { S: JSON.stringify(snapshot) } }),

    appendHistory: (orderId, entry) =>
      putIfAbsent({
        ...keyOf(orderId, `LOG#${entry.key}`),
        what: { S: entry.what },
        atMs: { N: String(entry.atMs) },
      }),
  };
}
