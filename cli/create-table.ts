import { parseDynamodbConfig } from "../core/config/config.ts";
import { createDynamodbClient } from "../core/stores/dynamodb-client.ts";
import { createTable, enableExpiry, hasIndex, OPEN_ORDERS_INDEX } from "../core/stores/dynamodb-table.ts";
import { fail, messageOf, readArguments, readConfig } from "./owner-shop.ts";

const HELP = `Makes the DynamoDB table that DYNAMODB_TABLE names, with its index and its expiry. A table that exists is left alone.

  npm run create-table

Needs DYNAMODB_TABLE, DYNAMODB_REGION, DYNAMODB_ACCESS_KEY_ID and DYNAMODB_SECRET_ACCESS_KEY in .env or in the shell.`;

if (readArguments(HELP).length > 0) fail(`This command takes no arguments.\n\n${HELP}`);

const config = readConfig(parseDynamodbConfig);
if (config === undefined) {
  fail(`DYNAMODB_TABLE is not set: orders are kept in Stripe and need no table.\n\n${HELP}`);
}
const { table, region } = config;
const client = createDynamodbClient(config);
try {
  const made = await createTable(client, table);
  if (!made && !(await hasIndex(client, table))) {
    fail(
      `The table ${table} in ${region} is not one that this command made: it lacks the index ${OPEN_ORDERS_INDEX}. Choose another DYNAMODB_TABLE.`,
    );
  }
  console.log(
    made
      ? `Made the table ${table} in ${region}, with the index ${OPEN_ORDERS_INDEX}.`
      : `The table ${table} in ${region} is there already, with the index ${OPEN_ORDERS_INDEX}.`,
  );
  const expires = await enableExpiry(client, table);
  console.log(
    expires
      ? "Event records expire after 35 days."
      : "This DynamoDB cannot expire records: event records stay.",
  );
} catch (error) {
  const advice =
    config.endpoint === undefined
      ? `May this access key create tables in ${region}?`
      : `Is there a DynamoDB at ${config.endpoint}? For Amazon's own leave DYNAMODB_ENDPOINT empty.`;
  fail(`The table ${table} could not be made: ${messageOf(error)}\n${advice}`);
}
client.destroy();
