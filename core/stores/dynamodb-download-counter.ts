import { UpdateItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

import type { DownloadCount, DownloadCounter } from "../delivery/files/download-counter.ts";
import { createDynamodbItems } from "./dynamodb-items.ts";
import { dynamodbKeys, type Realm } from "./dynamodb-keys.ts";

const DOWNLOAD = "DOWNLOAD#";

/**
 * Stored beside the order, so that its control record is left alone:
 *
 *     pk                    sk               attributes
 *     TEST#ORDER#cs_test_…  DOWNLOAD#<file>  name, count, firstMs, lastMs
 */
export function createDynamodbDownloadCounter(
  client: DynamoDBClient,
  table: string,
  realm: Realm,
): DownloadCounter {
  const items = createDynamodbItems(client, table);
  const keys = dynamodbKeys(realm);
  return {
    async add(orderId, file, atMs) {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: keys.ofOrder(orderId, DOWNLOAD + file.id),
          // The count is for people to read: a retried request may count twice, and no download is refused because of it.
          UpdateExpression:
            "SET #name = :name, #first = if_not_exists(#first, :now), #last = :now ADD #count :one",
          ExpressionAttributeNames: {
            "#name": "name",
            "#first": "firstMs",
            "#last": "lastMs",
            "#count": "count",
          },
          ExpressionAttributeValues: {
            ":name": { S: file.name },
            ":now": { N: String(atMs) },
            ":one": { N: "1" },
          },
        }),
      );
    },

    async of(orderId) {
      const counts: DownloadCount[] = [];
      const { pk, sk } = keys.ofOrder(orderId, DOWNLOAD);
      for await (const item of items.listBeside(pk.S, sk.S)) {
        counts.push({
          name: item["name"]?.S ?? "",
          count: Number(item["count"]?.N),
          firstMs: Number(item["firstMs"]?.N),
          lastMs: Number(item["lastMs"]?.N),
        });
      }
      return counts;
    },
  };
}
