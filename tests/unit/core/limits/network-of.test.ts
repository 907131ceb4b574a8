import { expect, test } from "vitest";

import { networkOf, networksOf } from "../../../../core/limits/network-of.ts";

test.for([
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002:FFFF::1", "2001:db8:1:2::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
] as const)("D12: %s counts for %s", ([address, network]) => {
  expect(networkOf(address)).toBe(network);
});

test.for([
  "",
  "unknown",
  "192.0.2",
  "0x7f.1",
  "127.1",
  "192.0.2.1, 203.0.113.1",
  "192.0.2.1:80",
  "[::1]",
  "1e3",
])("D12: %j is not an address", (text) => {
  expect(networkOf(text)).toBeUndefined();
});

test("D46: an IPv6 address belongs to a /56 and a /48, an IPv4 address to neither", () => {
  expect(networksOf("2001:db8:1:42ab::1")).toEqual({
    own: "2001:db8:1:42ab::/64",
    around: ["2001:db8:1:4200::/56", "2001:db8:1::/48"],
  });
  expect(networksOf("192.0.2.1")).toEqual({ own: "192.0.2.1", around: [] });
  expect(networksOf("::ffff:192.0.2.1")).toEqual({ own: "192.0.2.1", around: [] });
  expect(networksOf("nonsense")).toBeUndefined();
});
