import { hkdfSync } from "node:crypto";

/** Names the application, so that the same secret used elsewhere gives other keys. Changing it voids everything that was signed. */
const SALT = "static-checkout";

/**
 * A 256-bit key for one purpose, from a secret that may serve several. What is signed for one purpose never passes for another, and a
 * key that leaks reveals nothing about the secret or its siblings. `purpose` is part of what is signed: never rename one.
 * HKDF with SHA-256: https://www.rfc-editor.org/rfc/rfc5869
 */
export function deriveKey(secret: string, purpose: Purpose): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, SALT, purpose, 32));
}

/** What this shop signs or hides. A new purpose is a new name here. */
export type Purpose =
  | "claim-cookie"
  | "open-checkout"
  | "order-page"
  | "download"
  | "network-address"
  | "license-order-nonce"
  | "license-order-cipher";
