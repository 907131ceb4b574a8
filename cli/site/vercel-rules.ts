import { SHARED_PATHS, vercelRewrite } from "./function-rules.ts";
import { vercelPattern } from "./host-patterns.ts";
import { readSettings } from "./read-settings.ts";
import { SiteError } from "./site-error.ts";

interface VercelSettings {
  trailingSlash?: boolean;
  redirects?: Rule[];
  rewrites?: (Rule & { destination: string })[];
  routes?: unknown;
}

/** With `has` or `missing` it is for one host name, cookie or country, and does not apply to every call. */
interface Rule {
  source: string;
  has?: unknown;
  missing?: unknown;
}

/**
 * A sentence for each line of vercel.json that makes the functions or the shop's own files unreachable: Vercel obeys `trailingSlash` and
 * `redirects` before it looks for either. Rewrites come after both, and the first that matches wins: those of the function `shop` must be
 * there, above one that takes their addresses. `cleanUrls` keeps the query, so it does no harm.
 * @throws SiteError when it is no JSON.
 */
export async function vercelProblems(root: string, addresses: readonly string[]): Promise<string[]> {
  const file = await readSettings(root, "vercel.json");
  if (file === undefined) return [];
  if (typeof file.value !== "object" || file.value === null || Array.isArray(file.value)) {
    throw new SiteError(["vercel.json:1: must be an object in curly braces."]);
  }
  const { trailingSlash, redirects = [], rewrites = [], routes } = file.value as VercelSettings;
  const problems: string[] = [];
  if (trailingSlash === true) {
    problems.push(
      `vercel.json:${lineOf(file.text, '"trailingSlash"')}: "trailingSlash": true answers every call of a function with a redirect, and Stripe takes that for a failure: no payment would be reported. Take it out.`,
    );
  }
  for (const { source } of redirects.filter(isForEveryCall)) {
    const taken = addresses.find((address) => vercelPattern(source)?.test(address));
    if (taken === undefined) continue;
    const line = lineOf(file.text, JSON.stringify(source));
    problems.push(
      `vercel.json:${line}: redirects ${taken}, too, which must stay where it is. Let the source leave out /api/, /js/ and the pages that buyers come back to.`,
    );
  }
  // The older `routes` take the place of all these settings. They are not read here.
  if (routes !== undefined) return problems;
  return [...problems, ...rewriteProblems(rewrites.filter(isForEveryCall), file.text)];
}

function rewriteProblems(rewrites: readonly (Rule & { destination: string })[], text: string): string[] {
  const missing: string[] = [];
  const taking = new Set<string>();
  for (const path of SHARED_PATHS) {
    const ours = vercelRewrite(path);
    const rule = rewrites.find(({ source }) => vercelPattern(source)?.test(path));
    if (rule === undefined) missing.push(JSON.stringify(ours));
    else if (rule.destination !== ours.destination) taking.add(rule.source);
  }
  return [
    ...(missing.length === 0
      ? []
      : [
          `vercel.json: rules for addresses of the shop are missing. Add to "rewrites": ${missing.join(", ")}.`,
        ]),
    ...Array.from(
      taking,
      (source) =>
        `vercel.json:${lineOf(text, JSON.stringify(source))}: this rewrite takes addresses of the shop's functions. Put it below those that lead to /api/shop: the first that matches wins.`,
    ),
  ];
}

function isForEveryCall({ has, missing }: Rule): boolean {
  return has === undefined && missing === undefined;
}

function lineOf(text: string, needle: string): number {
  const index = text.split("\n").findIndex((line) => line.includes(needle));
  return index === -1 ? 1 : index + 1;
}
