import { ONLY_SHOP } from "../config/variables.ts";
import type { OrderId } from "../orders/order.ts";
import type { Item } from "./dynamodb-items.ts";

interface Key extends Item {
  pk: { S: string };
  sk: { S: string };
}

/** Whose records they are: one shop's, in one mode. */
export interface Realm {
  livemode: boolean;
  shopId: string;
}

/**
 * Where things are in the table. The mode is part of every key, so that test orders never mix with live ones. So is the shop, if an
 * account has several: each has its own orders, worklist and notes.
 */
interface DynamodbKeys {
  /** `TEST` or `LIVE`; for a shop with a name of its own `TEST.<name>`. */
  mode: string;
  /** A part of one order: `TEST#ORDER#cs_test_…`. */
  ofOrder(orderId: OrderId, sk: string): Key;
  /** The order that an item belongs to. */
  orderIn(item: Item): OrderId;
  /** `TEST#EVENT#evt_…` */
  ofEvent(eventId: string): Key;
  /** `TEST#COUNTER#<name>` */
  ofCounter(name: string): Key;
  /** A part of the shop itself: `TEST#SYSTEM`. */
  ofSystem(sk: string): Key;
}

export function dynamodbKeys({ livemode, shopId }: Realm): DynamodbKeys {
  const mode = (livemode ? "LIVE" : "TEST") + (shopId === ONLY_SHOP ? "" : `.${shopId}`);
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
