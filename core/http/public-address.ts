import { isIP } from "node:net";

import ipaddr from "ipaddr.js";

/**
 * True for addresses on the public internet. All others are internal: loopback, private and link-local ranges with the metadata
 * service of clouds (169.254.169.254), and the ways to write an IPv4 address in IPv6.
 */
export function isPublicAddress(address: string): boolean {
  return rangeOf(address) === "unicast";
}

export function isLoopbackAddress(address: string): boolean {
  return rangeOf(address) === "loopback";
}

function rangeOf(address: string): string | undefined {
  return isIP(address) === 0 ? undefined : ipaddr.process(address).range();
}
