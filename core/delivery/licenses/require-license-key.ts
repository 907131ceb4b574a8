import { HttpError } from "../../http/http-error.ts";
import type { Log } from "../../log/log.ts";
import type { PriceSettings } from "../../shop-definition/shop-definition.ts";
import { LicenseKeyMissingError, type LicenseSigner } from "./license-signer.ts";
import { deliversLicense } from "./licenses-of.ts";

/**
 * Refuses to sell what cannot be delivered.
 * @throws HttpError 500 when the price brings a license key, but there is nothing to sign it with.
 */
export function requireLicenseKey(settings: PriceSettings, signer: LicenseSigner, log: Log): void {
  if (signer.canIssue || !deliversLicense(settings)) return;
  log.error("license_key_missing", { fix: new LicenseKeyMissingError().message });
  throw new HttpError(500, "item_not_deliverable", "This item is not for sale at the moment.");
}
