import { paginateQuery, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { isOpen } from "../orders/control-record.ts";
import { formatControlRecord, parseControlRecord, parseSnapshot } from "../orders/stored-order.ts";
import type { OrderId } from "../orders/order.ts";
import type { HistoryEntry, OrderStore, StoredControl } from "../orders/order-store.ts";
import { createDynamodbItems } from "./dynamodb-items.ts";
import { dynamodbKeys, type Realm } from "./dynamodb-keys.ts";
import { OPEN_ORDERS_INDEX } from "./dynamodb-table.ts";

const HISTORY = "LOG#";

/**
 * Orders in one DynamoDB table. An order is an item collection:
 *
 *     pk                    sk            attributes
 *     TEST#ORDER#cs_test_…  SNAPSHOT      body: the snapshot as JSON
 *     TEST#ORDER#cs_test_…  CONTROL       body: the control record as JSON, version: number, open: "TEST", as the pk begins, while it is open
 *     TEST#ORDER#cs_test_…  LOG#<key>     what, atMs
 *
 * The attribute `open` is the key of a sparse index, the worklist of reconciliation. It is there or not and never changes
 * otherwise, so the churn of leases and steps writes nothing to the index.
 */
export function createDynamodbOrderStore(client: DynamoDBClient, table: string, realm: Realm): OrderStore {
  const items = createDynamodbItems(client, table);
  const keys = dynamodbKeys(realm);

  const readControl = async (orderId: OrderId): Promise<StoredControl | undefined> => {
    const item = await items.read(keys.ofOrder(orderId, "CONTROL"));
    if (item === undefined) return undefined;
    return {
      control: parseControlRecord(orderId, item["body"]?.S ?? ""),
      version: Number(item["version"]?.N),
    };
  };

  return {
    listsEverySession: false,

    readControl,
    peekControl: readControl,

    async writeControl(orderId, expectedVersion, control) {
      const item = {
        ...keys.ofOrder(orderId, "CONTROL"),
        body: { S: formatControlRecord(control) },
        ...(isOpen(control) && { open: { S: keys.mode } }),
      };
      const result = await items.putIfVersion(item, expectedVersion);
      return result === "conflict" ? "conflict" : { version: expectedVersion + 1 };
    },

    async readSnapshot(orderId) {
      const item = await items.readUnchanging(keys.ofOrder(orderId, "SNAPSHOT"));
      return item === undefined ? undefined : parseSnapshot(orderId, item["body"]?.S ?? "");
    },

    async createSnapshot(snapshot) {
      await items.putIfAbsent({
        ...keys.ofOrder(snapshot.orderId, "SNAPSHOT"),
        body: { S: JSON.stringify(snapshot) },
      });
    },

    async correctMailAddress(orderId, address) {
      const key = keys.ofOrder(orderId, "SNAPSHOT");
      const item = await items.read(key);
      if (item === undefined) return;
      const snapshot = parseSnapshot(orderId, item["body"]?.S ?? "");
      await items.put({ ...key, body: { S: JSON.stringify({ ...snapshot, mailTo: address }) } });
    },

    async appendHistory(orderId, entry) {
      const details = { what: { S: entry.what }, atMs: { N: String(entry.atMs) } };
      await items.putIfAbsent({ ...keys.ofOrder(orderId, HISTORY + entry.key), ...details });
    },

    async readHistory(orderId) {
      const entries: HistoryEntry[] = [];
      const { pk, sk } = keys.ofOrder(orderId, HISTORY);
      for await (const item of items.listBeside(pk.S, sk.S)) {
        entries.push({
          key: (item["sk"]?.S ?? "").slice(HISTORY.length),
          atMs: Number(item["atMs"]?.N),
          what: item["what"]?.S ?? "",
        });
      }
      // They come in the order of their keys, which say what happened, not when. Within one moment that order is kept.
      return entries.toSorted((one, other) => one.atMs - other.atMs);
    },

    async *listOpen(after = "") {
      const { pk } = keys.ofOrder(after, "CONTROL");
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          IndexName: OPEN_ORDERS_INDEX,
          KeyConditionExpression: "#open = :mode AND #pk > :after",
          ExpressionAttributeNames: { "#open": "open", "#pk": "pk" },
          ExpressionAttributeValues: { ":mode": { S: keys.mode }, ":after": pk },
        },
      );
      for await (const page of pages) {
        for (const item of page.Items ?? []) {
          yield { orderId: keys.orderIn(item), isOpen: true };
        }
      }
    },
  };
}
