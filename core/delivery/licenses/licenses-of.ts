import { HttpError } from "../../http/http-error.ts";
import type { Log } from "../../log/log.ts";
import type { OrderItem, OrderSnapshot } from "../../orders/order.ts";
import type { LicenseDeliverable, PriceSettings } from "../../shop-definition/shop-definition.ts";
import { priceSettings, type Site } from "../../shop-definition/site.ts";
import { LicenseKeyMissingError, type LicenseSigner } from "./license-signer.ts";

/** What one line of an order brings in license keys, for the mail and for the buyer's page. */
export interface LicensesOfItem {
  name: string;
  /** One for each unit that was bought. */
  keys: readonly string[];
}

/**
 * The license keys of an order, derived anew each time and always the same. Nothing here checks the payment: ask only for an order
 * that is paid and not revoked.
 * @throws LicenseKeyMissingError when the order brings license keys, but there is no key to sign them with.
 */
export function licensesOf(order: OrderSnapshot, site: Site, signer: LicenseSigner): LicensesOfItem[] {
  const unitsOf = new Map<string, number>();
  const licenses: LicensesOfItem[] = [];
  for (const item of order.items) {
    for (const deliverable of licenseDeliverables(priceSettings(site, item))) {
      const product = productOf(deliverable, item);
      // Two lines may bring the same product; every unit in the order has a key of its own.
      const before = unitsOf.get(product) ?? 0;
      unitsOf.set(product, before + item.quantity);
      const keys = Array.from({ length: item.quantity }, (_, index) =>
        signer.issue(order, product, before + index + 1),
      );
      licenses.push({ name: deliverable.name ?? item.name, keys });
    }
  }
  return licenses;
}

function deliversLicense({ deliver = [] }: PriceSettings): boolean {
  return deliver.some(({ kind }) => kind === "license");
}

/** True when some price of this shop brings license keys. */
export function sellsLicenses({ shop }: Site): boolean {
  return Object.values(shop.prices ?? {}).some(deliversLicense);
}

/**
 * Refuses to sell what cannot be delivered.
 * @throws HttpError 500 when the price brings a license key, but there is nothing to sign it with.
 */
export function requireLicenseKey(settings: PriceSettings, signer: LicenseSigner, log: Log): void {
  if (signer.canIssue || !deliversLicense(settings)) return;
  log.error("license_key_missing", { fix: new LicenseKeyMissingError().message });
  throw new HttpError(500, "item_not_deliverable", "This item is not for sale at the moment.");
}

function licenseDeliverables({ deliver = [] }: PriceSettings): LicenseDeliverable[] {
  return deliver.filter((deliverable) => deliverable.kind === "license");
}

/** A price's id never changes; its lookup key may. Stripe once let owners choose ids of any characters. */
function productOf({ product }: LicenseDeliverable, { priceId }: OrderItem): string {
  return product ?? priceId.replace(/[^\w-]/g, "-").slice(0, 64);
}
