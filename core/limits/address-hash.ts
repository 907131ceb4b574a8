import { createHmac } from "node:crypto";

import { deriveKey } from "../signing/derive-key.ts";

/** What stands for an address where it is counted: nobody can tell the address from it. */
export function createAddressHash(secret: string): (address: string) => string {
  const key = deriveKey(secret, "network-address");
  return (address) => createHmac("sha256", key).update(address).digest("base64url");
}
