import { paginateQuery, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { isOpen } from "../orders/control-record.ts";
import { formatControlRecord, parseControlRecord, parseSnapshot } from "../orders/stored-order.ts";
import type { OrderId } from "../orders/order.ts";
import type { HistoryEntry, OrderStore, StoredControl } from "../orders/order-store.ts";
import { createDynamodbItems, type Item } from "./dynamodb-items.ts";
import { OPEN_ORDERS_INDEX } from "./dynamodb-table.ts";

const HISTORY = "LOG#";

/**
 * Orders in one DynamoDB table. An order is an item collection:
 *
 *     pk                    sk            attributes
 *     TEST#ORDER#cs_test_…  SNAPSHOT      body: the snapshot as JSON
 *     TEST#ORDER#cs_test_…  CONTROL       body: the control record as JSON, version: number, open: "TEST" while it is open
 *     TEST#ORDER#cs_test_…  LOG#<key>     what, atMs
 *
 * The mode is part of every key, so that a test order never stands among live ones. The attribute `open` is the key of a
 * sparse index, the worklist of reconciliation: it is there or not and never changes otherwise, so that the churn of leases and
 * steps writes nothing to the index.
 */
export function createDynamodbOrderStore(
  client: DynamoDBClient,
  table: string,
  livemode: boolean,
): OrderStore {
  const items = createDynamodbItems(client, table);
  const mode = livemode ? "LIVE" : "TEST";
  const orderPrefix = `${mode}#ORDER#`;
  const keyOf = (orderId: OrderId, sk: string): Item => ({ pk: { S: orderPrefix + orderId }, sk: { S: sk } });

  const readControl = async (orderId: OrderId): Promise<StoredControl | undefined> => {
    const item = await items.read(keyOf(orderId, "CONTROL"));
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
        ...keyOf(orderId, "CONTROL"),
        body: { S: formatControlRecord(control) },
        ...(isOpen(control) && { open: { S: mode } }),
      };
      const result = await items.putIfVersion(item, expectedVersion);
      return result === "conflict" ? "conflict" : { version: expectedVersion + 1 };
    },

    async readSnapshot(orderId) {
      const item = await items.read(keyOf(orderId, "SNAPSHOT"));
      return item === undefined ? undefined : parseSnapshot(orderId, item["body"]?.S ?? "");
    },

    async createSnapshot(snapshot) {
      await items.putIfAbsent({
        ...keyOf(snapshot.orderId, "SNAPSHOT"),
        body: { S: JSON.stringify(snapshot) },
      });
    },

    async appendHistory(orderId, entry) {
      const details = { what: { S: entry.what }, atMs: { N: String(entry.atMs) } };
      await items.putIfAbsent({ ...keyOf(orderId, HISTORY + entry.key), ...details });
    },

    async readHistory(orderId) {
      const entries: HistoryEntry[] = [];
      for await (const item of items.listBeside(orderPrefix + orderId, HISTORY)) {
        entries.push({
          key: (item["sk"]?.S ?? "").slice(HISTORY.length),
          atMs: Number(item["atMs"]?.N),
          what: item["what"]?.S ?? "",
        });
      }
      // They lie in the order of their keys, which say what happened, not when; within one moment that order stays.
      return entries.toSorted((one, other) => one.atMs - other.atMs);
    },

    async *listOpen() {
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          IndexName: OPEN_ORDERS_INDEX,
          KeyConditionExpression: "#open = :mode",
          ExpressionAttributeNames: { "#open": "open" },
          ExpressionAttributeValues: { ":mode": { S: mode } },
        },
      );
      for await (const page of pages) {
        for (const item of page.Items ?? []) {
          yield { orderId: (item["pk"]?.S ?? "").slice(orderPrefix.length), isOpen: true };
        }
      }
    },
  };
}
