import { createHash } from "node:crypto";

import { isLoopbackHost } from "../config/loopback.ts";

/**
 * Tells a host's notes apart from those of other hosts. Undefined on developers' machines, which come and go: a product in Stripe
 * holds only fifty notes.
 */
export function notesAt(host: string): string | undefined {
  if (isLoopbackHost(host)) return undefined;
  return createHash("sha256").update(host).digest("base64url").slice(0, 8);
}
