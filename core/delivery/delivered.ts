import * as z from "zod/mini";

const name = z.string();

/** Something that an item of an order brought, ready for its buyer: on the order page, in the mail. */
export const deliveredSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("download"),
    name,
    url: z.url(),
    note: z.exactOptional(
      z.string().check(z.describe("What the buyer should know about the link, e.g. until when it works.")),
    ),
  }),
  z.object({ kind: z.literal("link"), name, url: z.url() }),
  z.object({ kind: z.literal("license"), name, key: z.string() }),
  z.object({ kind: z.literal("text"), name, text: z.string() }),
]);

export type Delivered = z.infer<typeof deliveredSchema>;
