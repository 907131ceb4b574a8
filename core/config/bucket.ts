import * as z from "zod/mini";

import { isDeployed } from "./host.ts";
import { withoutBlanks } from "./variables.ts";
import type { BucketConfig } from "../delivery/files/bucket.ts";
import type { Site } from "../shop-definition/site.ts";
import { isLoopbackHost } from "./loopback.ts";

const COMPANIONS = [
  "FILES_BUCKET_ENDPOINT",
  "FILES_BUCKET_REGION",
  "FILES_BUCKET_ACCESS_KEY_ID",
  "FILES_BUCKET_SECRET_ACCESS_KEY",
];

const notSet = (name: string, how: string) =>
  z.string({ error: `${name} is not set although FILES_BUCKET is: ${how}` });

const bucketSchema = z.object({
  FILES_BUCKET: z.string().check(
    z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, {
      error:
        "FILES_BUCKET is not the name of a bucket: lowercase letters, digits, - and . only, without https:// and without the endpoint.",
    }),
  ),
  FILES_BUCKET_REGION: notSet(
    "FILES_BUCKET_REGION",
    'name the bucket\'s region, e.g. eu-central-1, or "auto" for R2 and Tigris.',
  ).check(
    z.regex(/^[a-z0-9-]+$/, { error: "FILES_BUCKET_REGION is not a region: e.g. eu-central-1, or auto." }),
  ),
  FILES_BUCKET_ACCESS_KEY_ID: notSet(
    "FILES_BUCKET_ACCESS_KEY_ID",
    "make a key that may read this bucket, and nothing else.",
  ).check(withoutBlanks("FILES_BUCKET_ACCESS_KEY_ID")),
  FILES_BUCKET_SECRET_ACCESS_KEY: notSet(
    "FILES_BUCKET_SECRET_ACCESS_KEY",
    "it is shown once, beside FILES_BUCKET_ACCESS_KEY_ID, when the key is made.",
  ).check(withoutBlanks("FILES_BUCKET_SECRET_ACCESS_KEY")),
  FILES_BUCKET_ENDPOINT: z.optional(z.string()),
});

/** The bucket with the files for sale; undefined if none is named. */
export function readBucket(variables: Readonly<Record<string, string>>): {
  config: BucketConfig | undefined;
  problems: string[];
} {
  if (variables["FILES_BUCKET"] === undefined) {
    const stray = COMPANIONS.filter((name) => variables[name] !== undefined);
    const problem = `FILES_BUCKET is not set although ${stray.join(", ")} is: name the bucket, or remove the others.`;
    return { config: undefined, problems: stray.length > 0 ? [problem] : [] };
  }
  const result = bucketSchema.safeParse(variables);
  if (!result.success)
    return { config: undefined, problems: result.error.issues.map((issue) => issue.message) };

  const bucket = result.data;
  const endpoint = endpointOf(bucket.FILES_BUCKET_ENDPOINT, bucket.FILES_BUCKET_REGION);
  if (endpoint === undefined || !isSafe(endpoint, variables)) {
    const problem =
      "FILES_BUCKET_ENDPOINT is not the address of an S3 service: it begins with https://, e.g. https://ACCOUNT.r2.cloudflarestorage.com. For AWS leave it out.";
    return { config: undefined, problems: [problem] };
  }
  return {
    problems: [],
    config: {
      name: bucket.FILES_BUCKET,
      endpoint,
      region: bucket.FILES_BUCKET_REGION,
      accessKeyId: bucket.FILES_BUCKET_ACCESS_KEY_ID,
      secretAccessKey: bucket.FILES_BUCKET_SECRET_ACCESS_KEY,
    },
  };
}

/** What is wrong if shop.config.ts sells a file from a bucket but no bucket is named: better no sale than no delivery. */
export function missingBucket({ bucket }: { bucket: BucketConfig | undefined }, { shop }: Site): string[] {
  if (bucket !== undefined) return [];
  const sold = Object.values(shop.prices ?? {}).flatMap(({ deliver = [] }) => deliver);
  const inBucket = sold.find((delivery) => delivery.kind === "file" && typeof delivery.file !== "string");
  if (inBucket === undefined) return [];
  return [
    `FILES_BUCKET is not set although shop.config.ts sells a file from a bucket ("${inBucket.name}"): set the FILES_BUCKET variables, see .env.example.`,
  ];
}

/** AWS needs no endpoint: the region determines it. `auto` is not an AWS region. */
function endpointOf(endpoint: string | undefined, region: string): URL | undefined {
  if (endpoint === undefined && region === "auto") return undefined;
  const address = endpoint ?? `https://s3.${region}.amazonaws.com`;
  return URL.canParse(address) ? new URL(address) : undefined;
}

/** Plain http is only for this machine. */
function isSafe({ protocol, hostname }: URL, variables: Readonly<Record<string, string>>): boolean {
  if (protocol === "https:") return true;
  return protocol === "http:" && isLoopbackHost(hostname) && !isDeployed(variables);
}
