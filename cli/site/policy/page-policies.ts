import { parsePolicies } from "./content-policy.ts";
import type { HeaderRule } from "./header-rules.ts";
import type { Host } from "./hosting.ts";
import type { AppliedPolicy } from "./refusals.ts";

/**
 * What the hosts send with a page. Vercel sends the last of several rules; Netlify sends all, and then each of them counts.
 * @param page Its file inside the folder with the pages: `posters/index.html`.
 */
export function policiesOf(
  page: string,
  rules: readonly HeaderRule[],
  hosts: readonly Host[],
): AppliedPolicy[] {
  const paths = pathsOf(page);
  return hosts.flatMap((host) => {
    const matching = rules.filter((rule) => rule.host === host && paths.some(rule.matches));
    const sent = host === "vercel" ? matching.slice(-1) : matching;
    return sent.flatMap(({ file, value }) => parsePolicies(value).map((policy) => ({ file, policy })));
  });
}

/** The addresses under which a page is read: hosts leave out `.html` and `index.html`. */
function pathsOf(page: string): string[] {
  const path = `/${page}`;
  const short = path.replace(/\.html?$/i, "");
  return [path, short, short.replace(/\/index$/i, "/")];
}
