import { readLicenseKeys } from "../../../core/config/licenses.ts";
import { createLicenseSigner, type LicensedOrder } from "../../../core/delivery/licenses/license-signer.ts";

/** Prints the first license key of the order given as its argument. */
const { keys } = readLicenseKeys({ LICENSE_PRIVATE_KEY: process.env["LICENSE_PRIVATE_KEY"] ?? "" });
const order = JSON.parse(process.argv[2] ?? "") as LicensedOrder;
process.stdout.write(createLicenseSigner(keys).issue(order, "ebb", 1));
