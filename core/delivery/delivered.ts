import * as z from "zod/mini";

import { cleanLines, singleLine } from "../format/plain-text.ts";

/** Something that an item of an order brought, ready for its buyer: on the order page, in the mail. */
export const deliveredSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("download"),
    name: z.string(),
    url: z.url(),
    note: z.exactOptional(
      z.string().check(z.describe("What the buyer should know about the link, e.g. until when it works.")),
    ),
  }),
  z.object({ kind: z.literal("link"), name: z.string(), url: z.url() }),
  z.object({ kind: z.literal("license"), name: z.string(), key: z.string() }),
  z.object({ kind: z.literal("text"), name: z.string(), text: z.string() }),
]);

export type Delivered = z.infer<typeof deliveredSchema>;

/** The same without anything that could break out of its line. An address that is not a web address becomes a text. */
export function tidyDelivered(delivered: Delivered): Delivered {
  const name = singleLine(delivered.name);
  switch (delivered.kind) {
    case "download":
    case "link": {
      const url = webAddress(delivered.url);
      if (url === undefined) return { kind: "text", name, text: singleLine(delivered.url) };
      if (delivered.kind === "link") return { kind: "link", name, url };
      const { note } = delivered;
      return { kind: "download", name, url, ...(note !== undefined && { note: singleLine(note) }) };
    }
    case "license":
      return { kind: "license", name, key: singleLine(delivered.key) };
    case "text":
      return { kind: "text", name, text: cleanLines(delivered.text).join("\n") };
  }
}

/** As browsers write it: percent-encoded, in one line. */
function webAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  return protocol === "https:" || protocol === "http:" ? href : undefined;
}
