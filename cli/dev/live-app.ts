import type { App } from "../../core/app.ts";
import type { Handler } from "../../core/http/route.ts";
import { routeAt } from "../../core/routes/table.ts";
import type { Site } from "../../core/shop-definition/site.ts";
import { loadSite } from "../site/load-site.ts";
import { SiteError } from "../site/site-error.ts";

/**
 * The functions, kept up to date with the owner's files: what an edited page or shop.config.ts offers is for sale at the next click. While
 * a file has a mistake, `print` says so and the earlier offers stay for sale.
 * @throws SiteError when the files are wrong from the start.
 */
export async function createLiveApp(
  root: string,
  print: (text: string) => void,
  open: (site: Site) => App,
): Promise<Handler> {
  let site: Site = await loadSite(root);
  let app = open(site);

  async function follow(): Promise<void> {
    try {
      const next = await loadSite(root);
      if (fingerprint(next) === fingerprint(site)) return;
      site = next;
      app = open(next);
    } catch (error) {
      if (!(error instanceof SiteError)) throw error;
      print(error.problems.join("\n"));
    }
  }

  return async (request) => {
    if (routeAt(new URL(request.url).pathname) === "createCheckoutSession") await follow();
    return app.fetch(request);
  };
}

/** The owner's own functions are compared by their text. */
function fingerprint({ shop, catalog }: Site): string {
  return JSON.stringify([shop, catalog], (_, value: unknown) =>
    typeof value === "function" ? String(value) : value,
  );
}
