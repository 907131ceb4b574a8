import ipaddr from "ipaddr.js";

/**
 * True of addresses on the public internet. All else is somebody's inside: loopback, private and link-local ranges with the
 * metadata service of clouds (169.254.169.254), and the ways to write an IPv4 address in IPv6.
 */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

export function isLoopbackAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";
}
