import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { SiteError } from "./site-error.ts";

export interface SettingsFile {
  /** The file's text, in which a line can be looked for. */
  text: string;
  value: unknown;
}

/**
 * Reads a JSON file of the project, such as vercel.json; undefined when it is not there.
 * @throws SiteError that names the line, when it is not JSON. Like the hosts, it refuses comments, trailing commas and a byte order mark.
 */
export async function readSettings(root: string, file: string): Promise<SettingsFile | undefined> {
  let text: string;
  try {
    text = await readFile(join(root, file), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  if (text.startsWith("\u{FEFF}")) {
    throw new SiteError([
      `${file}:1: begins with a byte order mark, which Vercel cannot read. Save it as UTF-8 without BOM.`,
    ]);
  }
  try {
    return { text, value: JSON.parse(text) };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const [, position] = /position (\d+)/.exec(message) ?? [];
    const before = text.trimEnd().slice(0, position === undefined ? undefined : Number(position));
    const reason = message.replace(/ in JSON at position.*$/s, "");
    throw new SiteError([`${file}:${before.split("\n").length}: is not valid JSON: ${reason}.`], { cause });
  }
}
