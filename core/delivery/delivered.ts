/** Something that an item of an order brought, ready for its buyer: on the order page, in the mail. */
export type Delivered =
  /** `note` says what the buyer should know about the link, e.g. until when it works. */
  | { kind: "download"; name: string; url: string; note?: string }
  | { kind: "link"; name: string; url: string }
  | { kind: "license"; name: string; key: string }
  | { kind: "text"; name: string; text: string };
