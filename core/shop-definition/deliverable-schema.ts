import * as z from "zod/mini";

import type { Deliverable } from "./shop-definition.ts";
import { absoluteUrl, matching, text } from "./fields.ts";

const fileSchema = z.custom<Extract<Deliverable, { kind: "file" }>["file"]>(isFile, {
  error:
    'must be a file in the folder private, such as "private/guide.pdf", or a key of your bucket: { bucketKey: "guide.pdf" }.',
});

const deliverableSchema: z.ZodMiniType<Deliverable> = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("file"), name: text(200), file: fileSchema }),
    z.strictObject({
      kind: z.literal("link"),
      name: text(200),
      url: absoluteUrl("must be an address that begins with https://."),
    }),
    z.strictObject({
      kind: z.literal("license"),
      name: z.exactOptional(text(200)),
      product: z.exactOptional(
        matching(/^[\w-]{1,64}$/, "must be letters, digits, - and _ only, at most 64, such as ebb-2."),
      ),
    }),
    z.strictObject({ kind: z.literal("text"), name: text(200), text: text(20_000) }),
  ],
  { error: 'must be one of "file", "link", "license", "text".' },
);

export const deliverablesSchema: z.ZodMiniType<readonly Deliverable[]> = z.array(deliverableSchema).check(
  z.refine(hasDistinctFiles, {
    error: "must give each of its files a name of its own: buyers tell them apart by it, and so do links.",
  }),
  z.refine(hasDistinctLicenses, {
    error: "must not hold two licenses for the same product: their keys would be the same.",
  }),
);

function hasDistinctFiles(deliverables: readonly Deliverable[]): boolean {
  const names = deliverables.flatMap((one) => (one.kind === "file" ? [one.name] : []));
  return new Set(names).size === names.length;
}

function hasDistinctLicenses(deliverables: readonly Deliverable[]): boolean {
  const products = deliverables.flatMap((one) => (one.kind === "license" ? [one.product] : []));
  return new Set(products).size === products.length;
}

function isFile(value: unknown): boolean {
  if (typeof value === "string") return /^private\/[^\\]+$/.test(value) && !value.split("/").includes("..");
  if (typeof value !== "object" || value === null) return false;
  const [entry, ...others] = Object.entries(value);
  return others.length === 0 && entry?.[0] === "bucketKey" && typeof entry[1] === "string" && entry[1] !== "";
}
