import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { NETLIFY_REDIRECTS } from "./function-rules.ts";
import {
  leadsTo,
  parseRedirects,
  REDIRECTS_FILE,
  ruleFor,
  takesFunctions,
  type RedirectRule,
} from "./netlify-redirects.ts";

export interface HostFindings {
  /** The shop would not work on this host. */
  problems: string[];
  /** It works, and not quite as the file says. */
  notes: string[];
}

type PlacedRule = RedirectRule & { file: string };

/**
 * What the files that Netlify obeys do to the shop's addresses: `_redirects` and `_headers` among the pages, as an owner's old site brings them,
 * and the redirects of netlify.toml, which come after them.
 */
export async function netlifyFindings(
  root: string,
  folder: string,
  files: readonly string[],
): Promise<HostFindings> {
  const redirectsFile = `${folder}/${REDIRECTS_FILE}`;
  const own = parseRedirects(await textOf(root, redirectsFile)).map((rule) => ({
    ...rule,
    file: redirectsFile,
  }));
  const tomlText = await readFile(join(root, "netlify.toml"), "utf8").catch(() => undefined);
  const toml = tomlRedirects(tomlText ?? "").map((rule) => ({
    ...rule,
    file: "netlify.toml",
  }));
  const findings: HostFindings = { problems: [], notes: [] };

  const taking = takesFunctions(own);
  // The build corrects such a rule of `_redirects` in the published copy.
  const takingInToml = taking === undefined ? takesFunctions([...own, ...toml]) : undefined;
  if (taking !== undefined) {
    findings.notes.push(
      `${redirectsFile}:${taking.line}: on Netlify this rule would take over the functions' addresses, so the build puts rules for them in front of it. It changes nothing else.`,
    );
  }
  if (takingInToml !== undefined) {
    findings.problems.push(
      `netlify.toml:${takingInToml.line}: this rule takes the functions' addresses. Put it below the shop's rules for /api/…: the first rule that matches wins.`,
    );
  }
  // A list in one line is not read here, and a _redirects that is corrected gets all of them.
  if (tomlText !== undefined && !/^\s*redirects\s*=/m.test(tomlText) && taking === undefined) {
    const missing = NETLIFY_REDIRECTS.filter(
      ({ from, to }) =>
        ![...own, ...toml].some((rule) => ruleFor([rule], from) !== undefined && leadsTo(rule, from, to)),
    );
    if (missing.length > 0) {
      const rules = missing.map(({ from, to }) => `from = "${from}", to = "${to}"`);
      findings.problems.push(
        `netlify.toml: rules for addresses of the shop are missing. Add [[redirects]] with status = 200 for each of: ${rules.join("; ")}.`,
      );
    }
  }
  for (const rule of takenFiles([...own, ...toml], files)) {
    findings.problems.push(
      `${rule.file}:${rule.line}: sends ${rule.path} elsewhere although the file is there. ${rule.file === "netlify.toml" ? "Take out force = true" : 'Take the "!" away'}, so that existing files win over the rule.`,
    );
  }
  findings.notes.push(...(await headerNotes(root, `${folder}/_headers`)));
  return findings;
}

/** Each rule once, with the first of the shop's files that it takes. Only a forced rule wins over a file. */
function takenFiles(
  rules: readonly PlacedRule[],
  files: readonly string[],
): (PlacedRule & { path: string })[] {
  const forced = rules.filter((rule) => rule.forced);
  return forced.flatMap((rule) => {
    const path = files.find((file) => ruleFor(forced, file) === rule && rule.to !== file);
    return path === undefined ? [] : [{ ...rule, path }];
  });
}

/** Browsers obey every policy that they get, so a second one can only refuse more. */
async function headerNotes(root: string, file: string): Promise<string[]> {
  const lines = (await textOf(root, file)).split("\n");
  return lines.flatMap((line, index) =>
    /^\s+Content-Security-Policy\s*:/i.test(line)
      ? [
          `${file}:${index + 1}: on Netlify this policy comes on top of the one in netlify.toml, and browsers obey both: what either refuses is refused. Put what you need into the one in netlify.toml, and take this line out.`,
        ]
      : [],
  );
}

/** The `[[redirects]]` of netlify.toml, written in the usual way, one setting a line; those with conditions are passed over. */
function tomlRedirects(toml: string): RedirectRule[] {
  const lines = toml.split("\n");
  return lines.flatMap((start, index) => {
    if (!/^\s*\[\[redirects\]\]/.test(start)) return [];
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((line) => /^\s*\[/.test(line));
    const block = (end === -1 ? rest : rest.slice(0, end)).join("\n");
    const conditional = /^\s*\[redirects\.|^\s*(?:conditions|query)\s*=/m.test(
      `${block}\n${rest[end] ?? ""}`,
    );
    const setting = (name: string) =>
      new RegExp(`^\\s*${name}\\s*=\\s*["']?([^"'\\s#]+)`, "m").exec(block)?.[1];
    const [from, to] = [setting("from"), setting("to")];
    if (conditional || from === undefined || to === undefined || !from.startsWith("/")) return [];
    const status = Number(setting("status") ?? 301);
    return [{ line: index + 1, from, to, status, forced: setting("force") === "true" }];
  });
}

async function textOf(root: string, file: string): Promise<string> {
  return readFile(join(root, file), "utf8").catch(() => "");
}
