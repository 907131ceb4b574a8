import type { Storage } from "../stores/storage.ts";

/**
 * True for a deployment, or a command, that keeps orders in Stripe although another one has moved them to a table: DYNAMODB_TABLE is
 * not set here. It would deliver again what the table has delivered since.
 */
export async function hasMovedAway({ hasMovedToTable }: Pick<Storage, "hasMovedToTable">): Promise<boolean> {
  return hasMovedToTable !== undefined && (await hasMovedToTable());
}

export const MOVED_AWAY =
  "Orders of this shop are kept in a DynamoDB table, but DYNAMODB_TABLE is not set here, so what the table has delivered would be delivered again. Set the four DYNAMODB_ variables as on your host. If this is another shop of the same Stripe account, give it a SHOP_ID of its own instead (docs/orders.md).";
