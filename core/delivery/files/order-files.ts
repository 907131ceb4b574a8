import { createHash } from "node:crypto";

import type { OrderItem } from "../../orders/order.ts";
import type { FileDeliverable } from "../../shop-definition/shop-definition.ts";
import { priceSettings, type Site } from "../../shop-definition/site.ts";

/** A file that an item of an order brings its buyer. */
export interface OrderFile {
  /** Part of links. Letters, digits, - and _. */
  id: string;
  /** What the buyer reads. */
  name: string;
  file: FileDeliverable["file"];
}

/**
 * What shop.config.ts says now about the files of an item: an owner who replaces a file with a better edition gives it to everybody
 * who has bought it.
 */
export function filesOf(item: Pick<OrderItem, "priceId" | "lookupKey">, site: Site): OrderFile[] {
  const deliverables = priceSettings(site, item).deliver ?? [];
  return deliverables
    .filter((deliverable) => deliverable.kind === "file")
    .map(({ name, file }) => ({ id: fileIdOf(item, name), name, file }));
}

/** Made from what the buyer was promised, so that links outlive a new place, a new edition and a list in another order. */
export function fileIdOf({ priceId }: Pick<OrderItem, "priceId">, name: string): string {
  return createHash("sha256").update(`${priceId}\n${name}`).digest("base64url").slice(0, 12);
}

/** `tides.pdf` for `private/guides/tides.pdf`, and for a bucket's `2026/tides.pdf`. */
export function fileNameOf(file: FileDeliverable["file"]): string {
  const path = typeof file === "string" ? file : file.bucketKey;
  return path.split("/").findLast((part) => part !== "") ?? path;
}
