import { hostSiteUrl } from "../../core/config/host.ts";
import type { Environment } from "../../core/config/environment.ts";
import { refusedFields } from "./form-fields.ts";
import type { LoadedSite } from "./load-site.ts";
import { missingFiles } from "./missing-files.ts";
import { hostsOf } from "./policy/hosting.ts";
import { refusedThings, type RefusedThings } from "./policy/refused-things.ts";

/**
 * What the files alone tell about the pages: files that are not there, what browsers will refuse, and
 * fields that the shop will refuse. No key is needed.
 * @param paymentPage The origin of Stripe's payment page, where it is known to be another than Stripe's own.
 */
export async function lookAtPages(
  root: string,
  { shop }: LoadedSite,
  environment: Environment,
  paymentPage?: string,
): Promise<RefusedThings> {
  const siteUrl = environment["SITE_URL"] || hostSiteUrl(definedIn(environment));
  const refused = await refusedThings({
    root,
    pages: shop.pages,
    hosts: hostsOf(root, environment),
    // A wrong SITE_URL is reported where the variables are checked.
    siteUrl: URL.canParse(siteUrl ?? "") ? siteUrl : undefined,
    paymentPage,
  });
  return {
    warnings: [
      ...(await missingFiles(root, shop.pages)),
      ...refused.warnings,
      ...(await refusedFields(root, shop.pages)),
    ],
    problems: refused.problems,
  };
}

/** Empty counts as not set. */
function definedIn(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}
