const KEY = "static_checkout";

/**
 * Put on every Checkout Session (and its payment or subscription) that this shop creates. An account may sell through other
 * channels, or have two shops of this kind; what does not carry this shop's id is left alone.
 */
export function markerOf(shopId: string): Record<string, string> {
  return { [KEY]: shopId };
}

export function isOurs(metadata: Readonly<Record<string, string>> | null, shopId: string): boolean {
  return metadata?.[KEY] === shopId;
}
