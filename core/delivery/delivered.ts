import { cleanLines, singleLine } from "../format/plain-text.ts";

/** Something that an item of an order brought, ready for its buyer: on the order page, in the mail. */
export type Delivered =
  /** `note` says what the buyer should know about the link, e.g. until when it works. */
  | { kind: "download"; name: string; url: string; note?: string }
  | { kind: "link"; name: string; url: string }
  | { kind: "license"; name: string; key: string }
  | { kind: "text"; name: string; text: string };

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
