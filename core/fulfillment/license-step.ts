import { LicenseKeyMissingError, type LicenseSigner } from "../delivery/licenses/license-signer.ts";
import { licensesOf } from "../delivery/licenses/licenses-of.ts";
import type { OrderStore } from "../orders/order-store.ts";
import type { Site } from "../shop-definition/site.ts";
import { NonRetriableError } from "../retry/errors.ts";
import type { FulfillmentStep } from "../orders/fulfillment-step.ts";

export interface LicenseStepDependencies {
  site: Site;
  signer: LicenseSigner;
  store: OrderStore;
  now: () => number;
}

/**
 * Records that license keys were issued. The keys themselves are derived wherever they are shown. This step comes before the mail, so
 * that an order whose keys cannot be derived is left to its owner instead of being fulfilled without them.
 */
export function createLicenseStep({ site, signer, store, now }: LicenseStepDependencies): FulfillmentStep {
  return {
    name: "license",
    on: ["paid"],
    whenRevoked: "skip",
    whenUncertain: "repeat",
    needsMs: 500,
    async run(order, { idempotencyKey }) {
      try {
        if (licensesOf(order, site, signer).length === 0) return "skipped";
      } catch (error) {
        // Until the variable is set, every try ends the same. The message says all there is to know, and room is short.
        if (error instanceof LicenseKeyMissingError) throw new NonRetriableError(error.message);
        throw error;
      }
      await store.appendHistory(order.orderId, { key: idempotencyKey, atMs: now(), what: "licenses_issued" });
      return "done";
    },
  };
}
