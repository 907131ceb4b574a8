import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import type { DynamodbConfig } from "../../core/config/dynamodb.ts";
import { createDynamodbClient } from "../../core/stores/dynamodb-client.ts";
import { startLocalDynamodb } from "../../cli/dev/local-dynamodb.ts";

/** A command as it was sent, for tests that check what reaches DynamoDB. */
interface SentCommand {
  /** `PutItemCommand` … */
  name: string;
  input: Record<string, unknown>;
}

export interface OrderTable {
  client: DynamoDBClient;
  name: string;
  config: DynamodbConfig;
  /** Every command the client has sent so far. */
  commands: SentCommand[];
  close(): Promise<void>;
}

/** The shop's table on a DynamoDB of its own, in memory, and the client that the shop would use. */
export async function openOrderTable(): Promise<OrderTable> {
  const local = await startLocalDynamodb(undefined);
  const client = createDynamodbClient(local.config);
  const commands: SentCommand[] = [];
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        commands.push({ name: commandName, input: structuredClone({ ...args.input }) });
        return next(args);
      },
    { step: "initialize" },
  );
  return {
    client,
    name: local.config.table,
    config: local.config,
    commands,
    async close() {
      client.destroy();
      await local.close();
    },
  };
}
