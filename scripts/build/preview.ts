import type { Environment } from "../../core/config.ts";

/**
 * True where a host builds a branch or a pull request to look at, not the site itself.
 * https://vercel.com/docs/environment-variables/system-environment-variables,
 * https://docs.netlify.com/build/configure-builds/environment-variables/#build-metadata
 */
export function isPreview(environment: Environment): boolean {
  if (environment["NETLIFY"] === "true") return environment["CONTEXT"] !== "production";
  return environment["VERCEL_ENV"] === "preview";
}
