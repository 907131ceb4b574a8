/**
 * Put on every Checkout Session (and its payment or subscription) that this shop creates. An account may sell through
 * other channels too; what does not carry the marker is left alone.
 */
export const MARKER = { static_checkout: "1" } as const;

export function isOurs(metadata: Readonly<Record<string, string>> | null): boolean {
  return metadata?.["static_checkout"] === MARKER.static_checkout;
}
