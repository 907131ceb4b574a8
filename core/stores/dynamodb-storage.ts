import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import type { Bookkeeping } from "./bookkeeping.ts";
import { createDynamodbDownloadCounter } from "./dynamodb-download-counter.ts";
import { createDynamodbCounters } from "./dynamodb-counters.ts";
import { createDynamodbEventLog } from "./dynamodb-event-log.ts";
import { createDynamodbItems, type Item } from "./dynamodb-items.ts";
import { dynamodbKeys, type Realm } from "./dynamodb-keys.ts";
import { createDynamodbOrderStore } from "./dynamodb-order-store.ts";
import type { Storage } from "./storage.ts";

/** Keeps everything in one table, which `dynamodb-table` creates. */
export function createDynamodbStorage(client: DynamoDBClient, table: string, realm: Realm): Storage {
  return {
    name: "dynamodb",
    orders: createDynamodbOrderStore(client, table, realm),
    events: createDynamodbEventLog(client, table, realm),
    bookkeeping: createDynamodbBookkeeping(client, table, realm),
    downloads: createDynamodbDownloadCounter(client, table, realm),
    counters: createDynamodbCounters(client, table, realm),
  };
}

/** `TEST#SYSTEM`, `NOTE#<name>`: text, version. */
function createDynamodbBookkeeping(client: DynamoDBClient, table: string, realm: Realm): Bookkeeping {
  const items = createDynamodbItems(client, table);
  const keys = dynamodbKeys(realm);
  const keyOf = (name: string): Item => keys.ofSystem(`NOTE#${name}`);
  return {
    async read(name) {
      const item = await items.read(keyOf(name));
      return item === undefined
        ? undefined
        : { text: item["text"]?.S ?? "", version: Number(item["version"]?.N) };
    },
    write: (name, expectedVersion, text) =>
      items.putIfVersion({ ...keyOf(name), text: { S: text } }, expectedVersion),
  };
}
