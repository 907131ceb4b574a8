import { vercelPattern } from "./host-patterns.ts";
import { readSettings } from "./read-settings.ts";
import { SiteError } from "./site-error.ts";

interface VercelSettings {
  trailingSlash?: boolean;
  redirects?: { source: string; has?: unknown; missing?: unknown }[];
}

/**
 * A sentence for each line of vercel.json that makes the functions or the shop's own files unreachable: Vercel obeys `trailingSlash` and
 * `redirects` before it looks for either. Rewrites come after both, and `cleanUrls` keeps the query, so those do no harm.
 * @throws SiteError when it is no JSON.
 */
export async function vercelProblems(root: string, addresses: readonly string[]): Promise<string[]> {
  const file = await readSettings(root, "vercel.json");
  if (file === undefined) return [];
  if (typeof file.value !== "object" || file.value === null || Array.isArray(file.value)) {
    throw new SiteError(["vercel.json:1: must be an object in curly braces."]);
  }
  const { trailingSlash, redirects = [] } = file.value as VercelSettings;
  const problems: string[] = [];
  if (trailingSlash === true) {
    problems.push(
      `vercel.json:${lineOf(file.text, '"trailingSlash"')}: "trailingSlash": true answers every call of a function with a redirect, and Stripe takes that for a failure: no payment would be reported. Take it out.`,
    );
  }
  for (const { source, has, missing } of redirects) {
    // A rule for one host name, cookie or country does not apply to every call.
    if (has !== undefined || missing !== undefined) continue;
    const taken = addresses.find((address) => vercelPattern(source)?.test(address));
    if (taken === undefined) continue;
    const line = lineOf(file.text, JSON.stringify(source));
    problems.push(
      `vercel.json:${line}: redirects ${taken}, too, which must stay where it is. Let the source leave out /api/, /js/ and the pages that buyers come back to.`,
    );
  }
  return problems;
}

function lineOf(text: string, needle: string): number {
  const index = text.split("\n").findIndex((line) => line.includes(needle));
  return index === -1 ? 1 : index + 1;
}
