import { createHmac } from "node:crypto";

import { deriveKey } from "../auth/derive-key.ts";

/** The hash that an address is counted under. The address cannot be recovered from it. */
export function createAddressHash(secret: string): (address: string) => string {
  const key = deriveKey(secret, "network-address");
  return (address) => createHmac("sha256", key).update(address).digest("base64url");
}
