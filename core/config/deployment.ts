import { isDeployed, isHostsDevServer, isPreview } from "./host.ts";

interface Shop {
  STRIPE_SECRET_KEY: string;
  STRIPE_API_BASE?: string | undefined;
  /** Undefined while the site is built. */
  SITE_URL?: string | undefined;
}

/**
 * Values that are valid but wrong for this deployment. There is no switch to allow them: a preview with a live key would take real money
 * with code that has not been released.
 */
export function deploymentProblems(shop: Shop, variables: Readonly<Record<string, string>>): string[] {
  const problems: string[] = [];
  const isLive = /^[sr]k_live_/.test(shop.STRIPE_SECRET_KEY);
  const deployed = isDeployed(variables);

  if (shop.STRIPE_API_BASE !== undefined && deployed) {
    problems.push(
      "STRIPE_API_BASE is set on a deployed site: it is for development only; remove it from the site's environment.",
    );
  }
  if (shop.STRIPE_API_BASE !== undefined && isLive) {
    problems.push(
      "STRIPE_API_BASE is set beside a live key, which may only be sent to Stripe: use a test key.",
    );
  }
  if (isLive && isPreview(variables)) {
    problems.push(
      "STRIPE_SECRET_KEY is a live key on a preview deployment: give previews a test key (and their own STRIPE_WEBHOOK_SECRET) in the host's settings, or deploy to production (`--prod`).",
    );
  }
  if (isLive && isHostsDevServer(variables)) {
    problems.push(
      "STRIPE_SECRET_KEY is a live key on a development server: give development a test key in the host's settings, so that trying things out moves no money.",
    );
  }
  if (deployed && shop.SITE_URL?.startsWith("https:") === false) {
    problems.push(
      "SITE_URL is not https on a deployed site: set it to the address buyers use, e.g. https://shop.example, or remove it if the host provides it.",
    );
  }
  return problems;
}
