import { NETLIFY_REDIRECTS } from "./function-rules.ts";
import { netlifyPattern } from "./host-patterns.ts";

/** Netlify's own file of rules among the pages: https://docs.netlify.com/manage/routing/redirects/overview/ */
export const REDIRECTS_FILE = "_redirects";

export interface RedirectRule {
  line: number;
  from: string;
  to: string;
  status: number;
  /** It wins over a file that exists. */
  forced: boolean;
}

/**
 * The rules that apply to every visitor. Rules for one query, country or language are skipped, and so are those for another host name.
 */
export function parseRedirects(text: string): RedirectRule[] {
  return text.split("\n").flatMap((written, index) => {
    const [from = "", ...rest] = written
      .replace(/^\u{FEFF}/u, "")
      .replace(/\s#.*$/, "")
      .trim()
      .split(/\s+/);
    const [to = "", status = "301", ...conditions] = rest;
    const [, code, mark] = /^(\d{3})(!?)$/.exec(status) ?? [];
    if (!from.startsWith("/") || !/^(?:\/|https?:)/.test(to) || code === undefined) return [];
    if (conditions.length > 0) return [];
    return [{ line: index + 1, from, to, status: Number(code), forced: mark === "!" }];
  });
}

/** The rule that takes a request for `path`: the first that fits. */
export function ruleFor(rules: readonly RedirectRule[], path: string): RedirectRule | undefined {
  return rules.find(({ from }) => netlifyPattern(from)?.test(path));
}

/** The first rule that takes the address of one of the shop's functions and leads elsewhere. */
export function takesFunctions(rules: readonly RedirectRule[]): RedirectRule | undefined {
  for (const { from, to } of NETLIFY_REDIRECTS) {
    const rule = ruleFor(rules, from);
    if (rule !== undefined && !leadsTo(rule, from, to)) return rule;
  }
  return undefined;
}

/**
 * The function's address may be written out, or as `/.netlify/functions/:splat` behind a rule for `/api/*`. Without status 200 it would be a
 * redirect, which Stripe takes for a failure.
 */
export function leadsTo(rule: RedirectRule, from: string, to: string): boolean {
  const name = from.slice(from.lastIndexOf("/") + 1);
  return rule.status === 200 && rule.to.replace(/:\w+$/, name) === to;
}

/**
 * The file with the functions' addresses in front, where one of the owner's rules would take them: Netlify reads this file before netlify.toml, and
 * the first rule that fits wins. Each function by its name, so that other addresses below /api/ stay the owner's. Undefined when nothing has to change.
 *
 * The exclamation mark forces the rule over a file, and there is none; but it makes the rule differ from the one in netlify.toml. Of two
 * that are alike Netlify keeps only the later one, which stands below the owner's:
 * https://github.com/netlify/build/blob/main/packages/redirect-parser/src/merge.ts
 */
export function redirectsWithOurs(text: string): string | undefined {
  if (takesFunctions(parseRedirects(text)) === undefined) return undefined;
  const ours = NETLIFY_REDIRECTS.map(({ from, to, status }) => `${from}  ${to}  ${status}!\n`);
  return `# The shop's functions, put here by its build.\n${ours.join("")}\n${text.replace(/^\u{FEFF}/u, "")}`;
}
