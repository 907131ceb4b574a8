import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

import { ConfigError } from "../core/config/config-error.ts";

type Variables = Record<string, string | undefined>;

/**
 * The variables of `.env` in the project's folder; none when there is no such file.
 * @throws ConfigError with a sentence for each line that sets nothing or not what it seems to.
 */
export function readDotEnv(root: string): Variables {
  const file = join(root, ".env");
  if (!existsSync(file)) {
    if (!existsSync(`${file}.txt`)) return {};
    // Windows' editor adds the ending, and its file list hides it.
    throw new ConfigError([".env.txt is not read: its name must be .env alone. Rename it."]);
  }
  const text = dotEnvText(readFileSync(file));
  const problems = lineProblems(text.split("\n"));
  if (problems.length > 0) throw new ConfigError(problems);
  return parseEnv(text);
}

/** The text of such a file as any editor saves it: UTF-8 or UTF-16, with or without a byte order mark; each line ends with `\n`. */
export function dotEnvText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes).replaceAll(/\r\n?/g, "\n");
}

/** Without a mark, a NUL beside each letter means UTF-16, and text that is not UTF-8 comes from an old Windows. */
function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first === 0 && second !== 0) return "utf-16be";
  if (first !== 0 && second === 0) return "utf-16le";
  return Buffer.from(bytes).toString("utf8").includes("\u{FFFD}") ? "windows-1252" : "utf-8";
}

const ASSIGNMENT = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/;
/** Not the `=` at the end of a key in Base64. */
const NEXT_ASSIGNMENT = /^(?:export\s+)?[A-Z][A-Z0-9_]{2,}=[^=]/;

function lineProblems(lines: readonly string[]): string[] {
  const problems: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (/^\s*(?:#|$)/.test(line)) continue;
    const place = `.env:${index + 1}`;
    const [, name = "", value = ""] = ASSIGNMENT.exec(line) ?? [];
    if (name === "") {
      problems.push(`${place}: sets nothing. A line is NAME=value, or begins with # when it is a note.`);
    } else if (/^[“”„‘’‚«»]/.test(value)) {
      problems.push(
        `${place}: ${name} has typographic quotes around it. Remove them, or use plain ones (").`,
      );
    } else if (/^["'`]/.test(value)) {
      const last = closingLine(lines, index, value);
      if (last === undefined) {
        problems.push(
          `${place}: the value of ${name} begins with a quote that is not closed. Close it, or take it away.`,
        );
      }
      index = last ?? index;
    }
  }
  return problems;
}

/** Where a value that begins with a quote ends: a private key has many lines. Undefined when it would swallow other variables. */
function closingLine(lines: readonly string[], first: number, value: string): number | undefined {
  const quote = value.charAt(0);
  if (value.includes(quote, 1)) return first;
  const last = lines.findIndex((line, index) => index > first && line.includes(quote));
  const between = last === -1 ? [] : lines.slice(first + 1, last + 1);
  return last === -1 || between.some((line) => NEXT_ASSIGNMENT.test(line)) ? undefined : last;
}
