import * as z from "zod/mini";

import { withoutBlanks } from "./variables.ts";

export interface DynamodbConfig {
  table: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** A DynamoDB other than AWS's, for development. */
  endpoint: string | undefined;
}

const COMPANIONS = ["DYNAMODB_REGION", "DYNAMODB_ACCESS_KEY_ID", "DYNAMODB_SECRET_ACCESS_KEY"];

const missing = (variable: string, what: string): string =>
  `${variable} is not set although DYNAMODB_TABLE is: set it to ${what}, or remove DYNAMODB_TABLE to keep orders in Stripe.`;

const dynamodbSchema = z.object({
  DYNAMODB_TABLE: z.string().check(
    z.regex(/^[A-Za-z0-9_.-]{3,255}$/, {
      error: "DYNAMODB_TABLE is not a table name: 3 to 255 letters, digits, and _ . - only.",
    }),
  ),
  DYNAMODB_REGION: z.string({ error: missing("DYNAMODB_REGION", "the table's region, e.g. eu-central-1") }),
  DYNAMODB_ACCESS_KEY_ID: z
    .string({ error: missing("DYNAMODB_ACCESS_KEY_ID", "an IAM access key for this table") })
    .check(withoutBlanks("DYNAMODB_ACCESS_KEY_ID")),
  DYNAMODB_SECRET_ACCESS_KEY: z
    .string({ error: missing("DYNAMODB_SECRET_ACCESS_KEY", "the secret that belongs to the access key") })
    .check(withoutBlanks("DYNAMODB_SECRET_ACCESS_KEY")),
  DYNAMODB_ENDPOINT: z.optional(
    z.string().check(
      z.refine((text) => URL.canParse(text), {
        error: "DYNAMODB_ENDPOINT is not an address: leave it empty for AWS.",
      }),
    ),
  ),
});

/** The table with the orders; undefined if none is named. */
export function readDynamodb(variables: Readonly<Record<string, string>>): {
  config: DynamodbConfig | undefined;
  problems: string[];
} {
  if (variables["DYNAMODB_TABLE"] === undefined) {
    const stray = COMPANIONS.filter((name) => variables[name] !== undefined);
    const problem = `DYNAMODB_TABLE is not set although ${stray.join(", ")} is: name the table, or remove the others to keep orders in Stripe.`;
    return { config: undefined, problems: stray.length > 0 ? [problem] : [] };
  }
  const result = dynamodbSchema.safeParse(variables);
  if (!result.success)
    return { config: undefined, problems: result.error.issues.map((issue) => issue.message) };

  const dynamodb = result.data;
  return {
    problems: [],
    config: {
      table: dynamodb.DYNAMODB_TABLE,
      region: dynamodb.DYNAMODB_REGION,
      accessKeyId: dynamodb.DYNAMODB_ACCESS_KEY_ID,
      secretAccessKey: dynamodb.DYNAMODB_SECRET_ACCESS_KEY,
      endpoint: dynamodb.DYNAMODB_ENDPOINT,
    },
  };
}
