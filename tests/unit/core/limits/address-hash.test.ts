import { expect, test } from "vitest";

import { createAddressHash } from "../../../../core/limits/address-hash.ts";

test("C15: an address has a different hash in every shop, so hashing all addresses reveals nothing", () => {
  const [one, other] = ["sk_test_1", "sk_test_2"].map((secret) => createAddressHash(secret)("192.0.2.1"));
  expect(one).toBe(createAddressHash("sk_test_1")("192.0.2.1"));
  expect(one).not.toBe(other);
  expect(one).not.toContain("192.0.2.1");
});
