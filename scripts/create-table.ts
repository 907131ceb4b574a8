import { createDynamodbClient } from "../core/stores/dynamodb-client.ts";
import { createTable, enableExpiry } from "../core/stores/dynamodb-table.ts";
import { fail, openOwnerShop } from "./owner-shop.ts";

const HELP = `Makes the DynamoDB table that DYNAMODB_TABLE names, with its index and its expiry. A table that exists is left alone.

  npm run create-table

Needs DYNAMODB_TABLE, DYNAMODB_REGION, DYNAMODB_ACCESS_KEY_ID and DYNAMODB_SECRET_ACCESS_KEY in .env or in the shell.`;

if (process.argv.includes("--help")) {
  console.log(HELP);
  process.exit(0);
}

const { dynamodb } = openOwnerShop().config;
if (dynamodb === undefined)
  fail(`DYNAMODB_TABLE is not set: orders are kept in Stripe and need no table.\n\n${HELP}`);

const client = createDynamodbClient(dynamodb);
try {
  const made = await createTable(client, dynamodb.table);
  console.log(
    made
      ? `Made the table ${dynamodb.table} in ${dynamodb.region}, with its index.`
      : `The table ${dynamodb.table} is there already.`,
  );
  const expires = await enableExpiry(client, dynamodb.table);
  console.log(
    expires ? "Event records expire after 35 days." : "This DynamoDB cannot expire records; they stay.",
  );
} catch (error) {
  fail(
    `The table could not be made: ${error instanceof Error ? error.message : String(error)}\nMay this access key create tables in ${dynamodb.region}?`,
  );
}
client.destroy();
