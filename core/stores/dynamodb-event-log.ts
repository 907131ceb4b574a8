import {
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";

import type { EventLog } from "../webhook/event-log.ts";
import { dynamodbKeys, type Realm } from "./dynamodb-keys.ts";

/** Longer than Stripe keeps events and retries deliveries. */
const EVENT_LIFETIME_SECONDS = 35 * 24 * 3_600;

/** One purchase is reported by up to four events within a moment. */
const LAST_DELIVERY_EVERY_MS = 60_000;

/**
 *     pk                sk             attributes
 *     TEST#EVENT#evt_…  EVENT          type, createdMs, orders, outcome, error, atMs, attempts, expiresAtSeconds (the table's TTL)
 *     TEST#SYSTEM       LAST_DELIVERY  atMs
 *
 * `createdMs` is 0 if Stripe did not say when it made an event; `error` is empty if nothing went wrong.
 */
export function createDynamodbEventLog(client: DynamoDBClient, table: string, realm: Realm): EventLog {
  const keys = dynamodbKeys(realm);
  const lastDelivery = keys.ofSystem("LAST_DELIVERY");
  /** What this instance wrote last. */
  let lastNotedMs: number | undefined;

  return {
    async record({ eventId, type, createdMs, orderIds, outcome, error, atMs }) {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: keys.ofEvent(eventId),
          // The count is for people to read: a retried request may count twice, and nothing depends on it.
          UpdateExpression:
            "SET #type = :type, #createdMs = :createdMs, #orders = :orders, #outcome = :outcome, #error = :error, #atMs = :atMs, #expires = :expires ADD #attempts :one",
          ExpressionAttributeNames: {
            "#type": "type",
            "#createdMs": "createdMs",
            "#orders": "orders",
            "#outcome": "outcome",
            "#error": "error",
            "#atMs": "atMs",
            "#expires": "expiresAtSeconds",
            "#attempts": "attempts",
          },
          ExpressionAttributeValues: {
            ":type": { S: type },
            ":createdMs": { N: String(createdMs ?? 0) },
            ":orders": { S: orderIds.join(" ") },
            ":outcome": { S: outcome },
            ":error": { S: error ?? "" },
            ":atMs": { N: String(atMs) },
            ":expires": { N: String(Math.floor(atMs / 1000) + EVENT_LIFETIME_SECONDS) },
            ":one": { N: "1" },
          },
        }),
      );
      if (lastNotedMs !== undefined && Math.abs(atMs - lastNotedMs) < LAST_DELIVERY_EVERY_MS) return;
      await client.send(
        new PutItemCommand({ TableName: table, Item: { ...lastDelivery, atMs: { N: String(atMs) } } }),
      );
      lastNotedMs = atMs;
    },

    async lastDeliveryMs() {
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: lastDelivery }));
      return Item?.["atMs"]?.N === undefined ? undefined : Number(Item["atMs"].N);
    },
  };
}
