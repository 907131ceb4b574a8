import { createBucket, type BucketConfig } from "../../core/delivery/files/bucket.ts";
import type { ShopDefinition } from "../../core/shop-definition/shop-definition.ts";
import { realRuntime } from "../../core/runtime.ts";
import { SHOP_CONFIG } from "./load-site.ts";

/** Where shop.config.ts sells a file of a bucket, and which. */
export interface SoldFromBucket {
  place: string;
  key: string;
}

export function soldFromBucket({ prices = {} }: ShopDefinition): SoldFromBucket[] {
  return Object.entries(prices).flatMap(([price, { deliver = [] }]) =>
    deliver.flatMap((delivery, index) =>
      delivery.kind === "file" && typeof delivery.file !== "string"
        ? [{ place: `prices[${JSON.stringify(price)}].deliver[${index}].file`, key: delivery.file.bucketKey }]
        : [],
    ),
  );
}

/** Asks the bucket for each file; a sentence for every one that a buyer would not get. */
export async function bucketFileProblems(
  sold: readonly SoldFromBucket[],
  config: BucketConfig,
): Promise<string[]> {
  const bucket = createBucket(config, realRuntime());
  const problems = await Promise.all(
    sold.map(async ({ place, key }) => {
      const probe = await bucket.probe(key);
      const file = `${SHOP_CONFIG}: ${place}: ${JSON.stringify(key)}`;
      switch (probe.kind) {
        case "there":
          return [];
        case "refused":
          return [
            `${file} is not in the bucket ${config.name}, or FILES_BUCKET_ACCESS_KEY_ID may not read it (${probe.status}). Capital and small letters count.`,
          ];
        case "unknown":
          return [`${file} could not be looked for in the bucket ${config.name}: ${probe.reason}`];
      }
    }),
  );
  return problems.flat();
}
