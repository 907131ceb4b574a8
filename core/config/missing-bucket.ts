import type { Config } from "./config.ts";
import type { Site } from "../shop-definition/site.ts";

/** What is wrong if shop.config.ts sells a file from a bucket but no bucket is named: better no sale than no delivery. */
export function missingBucket({ bucket }: Pick<Config, "bucket">, { shop }: Site): string[] {
  if (bucket !== undefined) return [];
  const sold = Object.values(shop.prices ?? {}).flatMap(({ deliver = [] }) => deliver);
  const inBucket = sold.find((delivery) => delivery.kind === "file" && typeof delivery.file !== "string");
  if (inBucket === undefined) return [];
  return [
    `FILES_BUCKET is not set although shop.config.ts sells a file from a bucket ("${inBucket.name}"): set the FILES_BUCKET variables, see .env.example.`,
  ];
}
