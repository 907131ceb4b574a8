import type { OrderId } from "../orders/order.ts";
import type { Item } from "./dynamodb-items.ts";

interface Key extends Item {
  pk: { S: string };
  sk: { S: string };
}

/** Where things stand in the table. The mode is part of every key, so that a test order never stands among live ones. */
interface DynamodbKeys {
  /** `TEST` or `LIVE`. */
  mode: string;
  /** Something of one order: `TEST#ORDER#cs_test_…`. */
  ofOrder(orderId: OrderId, sk: string): Key;
  /** The order that an item is part of. */
  orderIn(item: Item): OrderId;
  /** `TEST#EVENT#evt_…` */
  ofEvent(eventId: string): Key;
  /** `TEST#COUNTER#<name>` */
  ofCounter(name: string): Key;
  /** Something of the shop itself: `TEST#SYSTEM`. */
  ofSystem(sk: string): Key;
}

export function dynamodbKeys(livemode: boolean): DynamodbKeys {
  const mode = livemode ? "LIVE" : "TEST";
  const orderPrefix = `${mode}#ORDER#`;
  const key = (pk: string, sk: string): Key => ({ pk: { S: pk }, sk: { S: sk } });
  return {
    mode,
    ofOrder: (orderId, sk) => key(orderPrefix + orderId, sk),
    orderIn: ({ pk }) => (pk?.S ?? "").slice(orderPrefix.length),
    ofEvent: (eventId) => key(`${mode}#EVENT#${eventId}`, "EVENT"),
    ofCounter: (name) => key(`${mode}#COUNTER#${name}`, "COUNTER"),
    ofSystem: (sk) => key(`${mode}#SYSTEM`, sk),
  };
}
