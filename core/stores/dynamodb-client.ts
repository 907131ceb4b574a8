import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import type { DynamodbConfig } from "../config/dynamodb.ts";

/**
 * Credentials are passed in: both hosts run on Lambda, where the SDK's default chain finds the host's own role and the
 * `AWS_*` names are taken. Timeouts keep a slow call, retries included, inside a webhook's few seconds.
 */
export function createDynamodbClient(config: DynamodbConfig): DynamoDBClient {
  const client = new DynamoDBClient({
    region: config.region,
    credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey },
    ...(config.endpoint !== undefined && { endpoint: config.endpoint }),
    maxAttempts: 3,
    // Without `throwOnRequestTimeout` the SDK only warns about a call that takes too long, and keeps waiting.
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_500, throwOnRequestTimeout: true },
  });
  client.middlewareStack.add(
    (next) => (args) => next(args).catch((error: unknown) => explain(error, config)),
    {
      step: "initialize",
    },
  );
  return client;
}

/** DynamoDB says "Requested resource not found", but not which one. The error stays the same; only its message gets better. */
function explain(error: unknown, { table, region }: DynamodbConfig): never {
  if (error instanceof Error && error.name === "ResourceNotFoundException") {
    error.message = `There is no table ${table} in the region ${region}: check DYNAMODB_TABLE and DYNAMODB_REGION, or make it with "npm run create-table".`;
  }
  if (error instanceof Error && /does not have the specified index/.test(error.message)) {
    error.message = `The table ${table} lacks an index: it was not made by "npm run create-table". (${error.message})`;
  }
  throw error;
}
