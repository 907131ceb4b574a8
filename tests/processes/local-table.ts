import type { DynamodbConfig } from "../../core/config/dynamodb.ts";
import { createDynamodbClient } from "../../core/stores/dynamodb-client.ts";
import { createTable } from "../../core/stores/dynamodb-table.ts";
import { startProgram, type Program } from "./program.ts";

export interface LocalTable {
  config: DynamodbConfig;
  program: Program;
}

/** The shop's table on a DynamoDB in a process of its own. With a `folder` it survives its process. */
export async function startLocalTable(folder?: string, port?: number): Promise<LocalTable> {
  const program = await startProgram("./programs/dynamodb.ts", {
    ...(folder !== undefined && { FOLDER: folder }),
    ...(port !== undefined && { PORT: String(port) }),
  });
  const config: DynamodbConfig = {
    table: "static-checkout",
    region: "local",
    accessKeyId: "local",
    secretAccessKey: "local",
    endpoint: `http://127.0.0.1:${program.port}`,
  };
  const client = createDynamodbClient(config);
  await createTable(client, config.table);
  client.destroy();
  return { config, program };
}
