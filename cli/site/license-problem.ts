import { readLicenseKeys } from "../../core/config/licenses.ts";
import type { Environment } from "../../core/config/environment.ts";
import { LicenseKeyMissingError } from "../../core/delivery/licenses/license-signer.ts";
import { sellsLicenses } from "../../core/delivery/licenses/licenses-of.ts";
import type { Site } from "../../core/shop-definition/site.ts";

/**
 * What would keep a shop with this environment from delivering the license keys of shop.config.ts, in a sentence. Also undefined when
 * STRIPE_SECRET_KEY is not set: then this is not a shop's environment, and it says nothing about one.
 */
export function licenseProblem(site: Site, environment: Environment): string | undefined {
  if (!environment["STRIPE_SECRET_KEY"] || !sellsLicenses(site)) return undefined;
  const { keys, problems } = readLicenseKeys({
    LICENSE_PRIVATE_KEY: environment["LICENSE_PRIVATE_KEY"] ?? "",
  });
  if (problems[0] !== undefined) return problems[0];
  return keys.length === 0 ? new LicenseKeyMissingError().message : undefined;
}
