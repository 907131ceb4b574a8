import { UpdateItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

import type { Counters } from "./counters.ts";
import { dynamodbKeys, type Realm } from "./dynamodb-keys.ts";

/**
 *     pk                     sk        attributes
 *     TEST#COUNTER#<name>    COUNTER   sum, expiresAtSeconds (the table's TTL)
 *
 * One unconditional write per count, so that any number of instances may count at once.
 *
 * A request that is retried may count twice. Only limits and alarms are counted here, never money or goods: a limit is reached one
 * try sooner, or a day allows one more mail.
 */
export function createDynamodbCounters(client: DynamoDBClient, table: string, realm: Realm): Counters {
  const keys = dynamodbKeys(realm);

  return {
    async add(name, amount, untilMs) {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: keys.ofCounter(name),
          UpdateExpression: "SET #expires = :expires ADD #sum :amount",
          ExpressionAttributeNames: { "#expires": "expiresAtSeconds", "#sum": "sum" },
          ExpressionAttributeValues: {
            ":expires": { N: String(Math.ceil(untilMs / 1_000)) },
            ":amount": { N: String(amount) },
          },
          ReturnValues: "UPDATED_NEW",
        }),
      );
      return Number(Attributes?.["sum"]?.N);
    },
  };
}
