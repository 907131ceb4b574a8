import type { DynamodbConfig } from "../core/config/dynamodb.ts";
import { createDynamodbClient } from "../core/stores/dynamodb-client.ts";
import { hasIndex, OPEN_ORDERS_INDEX } from "../core/stores/dynamodb-table.ts";
import { messageOf } from "./owner-shop.ts";

/** Asks DynamoDB for the shop's table; a sentence when orders could not be kept in it. */
export async function tableProblem(config: DynamodbConfig): Promise<string | undefined> {
  const { table, region, endpoint } = config;
  const client = createDynamodbClient(config);
  try {
    if (await hasIndex(client, table)) return undefined;
    return `The table ${table} in ${region} lacks the index ${OPEN_ORDERS_INDEX}, so "npm run create-table" did not make it: choose another DYNAMODB_TABLE and make it with that command.`;
  } catch (error) {
    // The client's own sentence says which table is missing, and what to do.
    if (error instanceof Error && error.name === "ResourceNotFoundException") return error.message;
    const advice =
      endpoint === undefined
        ? "Is DYNAMODB_REGION right, and may DYNAMODB_ACCESS_KEY_ID, with its secret, use this table (for this look also dynamodb:DescribeTable)?"
        : `Is there a DynamoDB at ${endpoint}? For Amazon's own leave DYNAMODB_ENDPOINT empty.`;
    return `The table ${table} in ${region} could not be checked: ${messageOf(error)} ${advice}`;
  } finally {
    client.destroy();
  }
}
