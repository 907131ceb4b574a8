import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";

/** The sparse worklist: orders that still owe something. */
export const OPEN_ORDERS_INDEX = "open-orders";

/**
 * Creates the table that `dynamodb-storage` expects and waits until it is ready. Resolves to false if it already exists.
 */
export async function createTable(client: DynamoDBClient, table: string): Promise<boolean> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" },
          { AttributeName: "open", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: OPEN_ORDERS_INDEX,
            KeySchema: [
              { AttributeName: "open", KeyType: "HASH" },
              { AttributeName: "pk", KeyType: "RANGE" },
            ],
            Projection: { ProjectionType: "KEYS_ONLY" },
          },
        ],
      }),
    );
  } catch (error) {
    if (error instanceof ResourceInUseException) return false;
    throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 120, minDelay: 1 }, { TableName: table });
  return true;
}

/**
 * Whether the table is one of ours. A table that was made by hand under this name lacks the index, and that only shows when it is
 * queried.
 */
export async function hasIndex(client: DynamoDBClient, table: string): Promise<boolean> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  return Table?.GlobalSecondaryIndexes?.some(({ IndexName }) => IndexName === OPEN_ORDERS_INDEX) ?? false;
}

/** Lets DynamoDB delete event records when they expire. Resolves to false where it cannot, as in a local stand-in. */
export async function enableExpiry(client: DynamoDBClient, table: string): Promise<boolean> {
  try {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: table,
        TimeToLiveSpecification: { AttributeName: "expiresAtSeconds", Enabled: true },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "UnknownOperationException") return false;
    // DynamoDB also refuses to enable what is already enabled.
    if (error instanceof Error && /already enabled/i.test(error.message)) return true;
    throw error;
  }
}
