import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

import dynalite from "dynalite";

import type { DynamodbConfig } from "../../core/config/dynamodb.ts";
import { createDynamodbClient } from "../../core/stores/dynamodb-client.ts";
import { createTable } from "../../core/stores/dynamodb-table.ts";
import { closeServer, listen } from "./listen.ts";

export interface LocalDynamodb {
  config: DynamodbConfig;
  close(): Promise<void>;
}

/**
 * A DynamoDB on this machine, with the shop's table in it. With a `folder` the orders survive a restart; without one they
 * are gone with the process.
 */
export async function startLocalDynamodb(folder: string | undefined): Promise<LocalDynamodb> {
  if (folder !== undefined) await mkdir(dirname(folder), { recursive: true });
  const server = dynalite({
    ...(folder !== undefined && { path: folder }),
    createTableMs: 0,
    updateTableMs: 0,
    deleteTableMs: 0,
  });
  const port = await listen(server, 0);
  const config: DynamodbConfig = {
    table: "static-checkout",
    region: "local",
    accessKeyId: "local",
    secretAccessKey: "local",
    endpoint: `http://127.0.0.1:${port}`,
  };
  const client = createDynamodbClient(config);
  await createTable(client, config.table);
  client.destroy();
  return { config, close: () => closeServer(server) };
}

/** The same configuration as the variables a deployed shop would have. */
export function dynamodbEnvironment(config: DynamodbConfig): Record<string, string> {
  return {
    DYNAMODB_TABLE: config.table,
    DYNAMODB_REGION: config.region,
    DYNAMODB_ACCESS_KEY_ID: config.accessKeyId,
    DYNAMODB_SECRET_ACCESS_KEY: config.secretAccessKey,
    ...(config.endpoint !== undefined && { DYNAMODB_ENDPOINT: config.endpoint }),
  };
}
