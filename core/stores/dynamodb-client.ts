import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import type { DynamodbConfig } from "../config.ts";

/**
 * Credentials are passed in: both hosts run on Lambda, where the SDK's default chain finds the host's own role and the
 * `AWS_*` names are taken. Timeouts keep a slow call, retries included, inside a webhook's few seconds.
 */
export function createDynamodbClient(config: DynamodbConfig): DynamoDBClient {
  return new DynamoDBClient({
    region: config.region,
    credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey },
    ...(config.endpoint !== undefined && { endpoint: config.endpoint }),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000 },
  });
}
