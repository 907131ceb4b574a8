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
 * Makes the table that `dynamodb-engine` expects and waits until it can be used. Resolves to false when it is there already.
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
 * Whether the table is one of ours. One that was made by hand under this name lacks the index, which cannot be seen until it is
 * asked.
 */
export async function hasIndex(client: DynamoDBClient, table: string): Promise<boolean> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  return Table?.GlobalSecondaryIndexes?.some(({ IndexName }) => IndexName === OPEN_ORDERS_INDEX) ?? false;
}

/** Lets DynamoDB delete event records after their time. Resolves to false where it cannot, as in a local stand-in. */
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
    // Switching on what is on already is refused, too.
    if (error instanceof Error && /already enabled/i.test(error.message)) return true;
    throw error;
  }
}
