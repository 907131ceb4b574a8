import type { Engine } from "../stores/engine.ts";
import { TABLE_MARK } from "../stores/table-guard.ts";
import type { Bookkeeping } from "./bookkeeping.ts";

/**
 * True for a deployment, or a command, that keeps orders in Stripe although another one has moved them to a table: DYNAMODB_TABLE is
 * not set here. What the table has delivered since would be delivered again.
 */
export async function hasMovedAway(
  { name }: Pick<Engine, "name">,
  bookkeeping: Bookkeeping,
): Promise<boolean> {
  return name === "stripe" && (await bookkeeping.read(TABLE_MARK)) !== undefined;
}

export const MOVED_AWAY =
  "This shop keeps its orders in a DynamoDB table, and DYNAMODB_TABLE is not set here: what the table has delivered would be delivered again. Set the four DYNAMODB_ variables as on your host (docs/orders.md).";
