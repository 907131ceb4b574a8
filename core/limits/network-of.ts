import ipaddr from "ipaddr.js";

/**
 * What a limit counts by: an IPv4 address, or the /64 network that one IPv6 customer has to themselves. Undefined if the text is not
 * an address.
 */
export function networkOf(text: string): string | undefined {
  return networksOf(text)?.own;
}

export interface Networks {
  /** As `networkOf`. */
  own: string;
  /** Larger networks around it that one customer may have to themselves, too; the smaller first. None for IPv4. */
  around: readonly string[];
}

/**
 * Providers assign a household a /56, or a /48 on request, which holds 65,536 of the /64 networks that each count as one caller.
 * https://www.ripe.net/publications/docs/ripe-690/
 */
export function networksOf(text: string): Networks | undefined {
  // Only the common notation: the library also reads 0x7f.1 and the like.
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return { own: text, around: [] };
  if (!ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  if (address.isIPv4MappedAddress()) return { own: address.toIPv4Address().toString(), around: [] };
  const [first = 0, second = 0, third = 0, fourth = 0] = address.parts;
  const name = (parts: readonly number[], bits: number): string =>
    `${parts.map((part) => part.toString(16)).join(":")}::/${bits}`;
  return {
    own: name([first, second, third, fourth], 64),
    around: [name([first, second, third, fourth & 0xff00], 56), name([first, second, third], 48)],
  };
}
