import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { netlifyPattern, vercelPattern } from "../host-patterns.ts";
import type { Host } from "./hosting.ts";

/** A Content-Security-Policy that a file of the project sets for some of the site's addresses. */
export interface HeaderRule {
  file: string;
  host: Host;
  matches: (path: string) => boolean;
  /** The header's value. */
  value: string;
}

const HEADER = "content-security-policy";

/** Every rule that the project has for its hosts, in the order in which they count. A file that cannot be read sets none. */
export async function headerRules(root: string, pagesFolder: string): Promise<HeaderRule[]> {
  const [vercel, netlify, headers] = await Promise.all(
    ["vercel.json", "netlify.toml", `${pagesFolder}/_headers`].map((file) =>
      readFile(join(root, file), "utf8").catch(() => ""),
    ),
  );
  return [
    ...rulesOfVercel(vercel ?? ""),
    ...rulesOfNetlify(netlify ?? ""),
    ...rulesOfHeadersFile(headers ?? "", `${pagesFolder}/_headers`),
  ];
}

/** https://vercel.com/docs/project-configuration#headers */
export function rulesOfVercel(text: string): HeaderRule[] {
  return listIn(parseJson(text), "headers").flatMap((rule) => {
    const { source, has, missing } = rule as Record<string, unknown>;
    // What depends on the request is not for every buyer.
    if (typeof source !== "string" || has !== undefined || missing !== undefined) return [];
    return listIn(rule, "headers").flatMap((header) => {
      const { key, value } = header as Record<string, unknown>;
      if (typeof key !== "string" || typeof value !== "string" || key.toLowerCase() !== HEADER) return [];
      return [
        { file: "vercel.json", host: "vercel" as const, matches: matcher(vercelPattern(source)), value },
      ];
    });
  });
}

/** https://docs.netlify.com/manage/routing/headers: `[[headers]]` with `for` and `[headers.values]`. */
export function rulesOfNetlify(text: string): HeaderRule[] {
  const [, ...blocks] = text.split(/^\s*\[\[\s*headers\s*\]\]/m);
  return blocks.flatMap((block) => {
    // The next table of something else ends it.
    const [rule = ""] = block.split(/^\s*\[(?!\s*headers\s*\.)/m);
    const path = /^\s*for\s*=\s*["']([^"']+)["']/m.exec(rule)?.[1];
    const value = new RegExp(`["']?${HEADER}["']?\\s*=\\s*${TOML_STRING}`, "i")
      .exec(rule)
      ?.slice(1)
      .find(Boolean);
    if (path === undefined || value === undefined) return [];
    return [
      {
        file: "netlify.toml",
        host: "netlify" as const,
        matches: matcher(netlifyPattern(path)),
        value: value.replaceAll(/\\?\s*\n\s*/g, " "),
      },
    ];
  });
}

/** The four ways to write a string in TOML. */
const TOML_STRING = `(?:"""([\\s\\S]*?)"""|'''([\\s\\S]*?)'''|"([^"\\n]*)"|'([^'\\n]*)')`;

/** Netlify's `_headers`: a path, and below it the headers, each further in. */
export function rulesOfHeadersFile(text: string, file: string): HeaderRule[] {
  let path: string | undefined;
  const rules: HeaderRule[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    if (/^\S/.test(line)) path = line.trim();
    const [, key = "", value = ""] = /^\s+([\w-]+)\s*:\s*(.*)$/.exec(line) ?? [];
    if (path === undefined || key.toLowerCase() !== HEADER) continue;
    rules.push({ file, host: "netlify", matches: matcher(netlifyPattern(path)), value: value.trim() });
  }
  return rules;
}

/** A pattern that cannot be read matches nothing: the host refuses it, too. */
function matcher(pattern: RegExp | undefined): (path: string) => boolean {
  return (path) => pattern?.test(path) ?? false;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listIn(value: unknown, name: string): object[] {
  const list =
    typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return Array.isArray(list) ? list.filter((entry) => typeof entry === "object" && entry !== null) : [];
}
