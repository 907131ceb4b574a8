import ipaddr from "ipaddr.js";

/**
 * Whom a limit counts for: an IPv4 address, or the /64 network that one IPv6 customer has to himself. Undefined when the text is
 * no address.
 */
export function networkOf(text: string): string | undefined {
  // Only as it is written everywhere: the library also reads 0x7f.1 and the like.
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  if (!ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  return `${address.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}
