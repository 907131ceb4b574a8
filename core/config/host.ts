/** What a host says about itself in its own variables. */

import { isLoopbackHost } from "./loopback.ts";

type Variables = Readonly<Record<string, string>>;

/**
 * The site's address as the host states it: never taken from a request header, which the caller writes.
 * Vercel: https://vercel.com/docs/environment-variables/system-environment-variables;
 * Netlify functions get `URL`: https://docs.netlify.com/build/functions/environment-variables/.
 */
export function hostSiteUrl(variables: Variables): string | undefined {
  if (variables["VERCEL_ENV"] === "production" && variables["VERCEL_PROJECT_PRODUCTION_URL"]) {
    return `https://${variables["VERCEL_PROJECT_PRODUCTION_URL"]}`;
  }
  const vercelDeployment = variables["VERCEL_BRANCH_URL"] ?? variables["VERCEL_URL"];
  if (vercelDeployment !== undefined) return withScheme(vercelDeployment);
  // Netlify's `URL` is the production site even in a preview, but a preview's buyers must come back to the preview.
  if (isPreview(variables) && variables["DEPLOY_PRIME_URL"]) return variables["DEPLOY_PRIME_URL"];
  return variables["URL"];
}

/** `vercel dev` gives `localhost:3000`, a deployment gives a bare host name. */
function withScheme(host: string): string {
  return isLoopbackHost(host) ? `http://${host}` : `https://${host}`;
}

/** True on the hosts' machines, false on a developer's, where `vercel dev` and `netlify dev` set their own marks. */
export function isDeployed(variables: Variables): boolean {
  if (isHostsDevServer(variables)) return false;
  const marks = ["VERCEL", "NETLIFY", "AWS_LAMBDA_FUNCTION_NAME"];
  return marks.some((mark) => variables[mark] !== undefined) || variables["NODE_ENV"] === "production";
}

/**
 * Every address at which the host serves this very deployment, according to its variables: a preview has one of its own and one per
 * branch. Netlify tells its functions only the main address.
 */
export function hostAddresses(variables: Variables): string[] {
  const hosts = ["VERCEL_PROJECT_PRODUCTION_URL", "VERCEL_BRANCH_URL", "VERCEL_URL"].flatMap((name) => {
    const host = variables[name];
    return host === undefined ? [] : [withScheme(host)];
  });
  return variables["URL"] === undefined ? hosts : [...hosts, variables["URL"]];
}

/**
 * The header in which the host writes the caller's address, overwriting what the caller wrote there. Netlify passes the address to
 * the function instead. https://vercel.com/docs/headers/request-headers#x-real-ip
 */
export function hostAddressHeader(variables: Variables): string | undefined {
  return variables["VERCEL"] === undefined ? undefined : "x-real-ip";
}

/**
 * Only Vercel's scheduler has to show a secret, and it only starts functions of the production deployment:
 * https://vercel.com/docs/cron-jobs
 */
export function schedulerNeedsSecret(variables: Variables): boolean {
  return variables["VERCEL_ENV"] === "production";
}

/** `vercel dev` and `netlify dev`, which may have been given the deployed site's variables. */
export function isHostsDevServer(variables: Variables): boolean {
  const netlify = variables["NETLIFY_DEV"] === "true" || variables["NETLIFY_LOCAL"] === "true";
  return netlify || variables["VERCEL_ENV"] === "development";
}

/**
 * A deployment that is not the site itself: of a branch or a pull request, or one made without `--prod`. Vercel tells the running
 * function so. Netlify only tells the build (`CONTEXT`), which keeps it for the functions: `cli/build/functions.ts`.
 */
export function isPreview(variables: Variables): boolean {
  if (variables["VERCEL_ENV"] !== undefined) return variables["VERCEL_ENV"] === "preview";
  return NETLIFY_PREVIEWS.has(variables["CONTEXT"] ?? "");
}

/** https://docs.netlify.com/deploy/deploy-overview/#deploy-contexts; a branch's own context appears as `branch-deploy`. */
const NETLIFY_PREVIEWS = new Set(["deploy-preview", "branch-deploy", "preview-server"]);
