import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { dayOf, formatSigningKey } from "../../core/delivery/licenses/signing-key.ts";

/**
 * Signs the license keys of a shop on the simulated Stripe, which are worth nothing elsewhere. Services beside the orders, so that they
 * keep their keys when the shop is opened again; without a folder it is gone with them.
 */
export async function localLicenseKey(storageFolder: string | undefined): Promise<string> {
  const key = formatSigningKey({ from: dayOf(Date.now()), seed: randomBytes(32) });
  if (storageFolder === undefined) return key;
  const file = join(storageFolder, "license-key");
  await mkdir(storageFolder, { recursive: true });
  try {
    await writeFile(file, key, { flag: "wx", mode: 0o600 });
    return key;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return readFile(file, "utf8");
    throw error;
  }
}
