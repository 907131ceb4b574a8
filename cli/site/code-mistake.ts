import { existsSync, readFileSync, realpathSync } from "node:fs";
import { parse, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What went wrong in a file of the owner's code, as `shop.config.ts:3:5: …` and, where it is known, the line itself with a mark under the place.
 *
 * @param error what importing the file, or running it, has thrown.
 * @param fallback the file to name when the error tells no place.
 */
export function codeMistake(error: unknown, root: string, fallback: string): string {
  if (!(error instanceof Error)) return `${fallback}: it throws ${JSON.stringify(error)}.`;
  const missing = missingImport(error.message, root);
  if (missing !== undefined) return missing;
  const { message } = error;
  const stack = error.stack ?? "";
  const syntax = /^(\S.*?)(?:\?[\d.]+)?:(\d+)\n(?:.*\n)*?(.*)\n( *)\^/.exec(stack);
  const [, syntaxFile = "", line = "", code = "", indent = ""] = syntax ?? [];
  const ownFile = ownName(syntaxFile, root);
  if (ownFile !== undefined) {
    return `${ownFile}:${line}:${indent.length + 1}: ${message}\n  ${code}\n  ${indent}^`;
  }
  for (const [, file = "", at = ""] of stack.matchAll(
    /\(?((?:file:\/\/|\/|[A-Z]:\\)\S.*?)(?:\?[\d.]+)?:(\d+:\d+)\)?$/gm,
  )) {
    const name = ownName(file, root);
    if (name !== undefined) return `${name}:${at}: ${message}`;
  }
  return `${fallback}: ${message}`;
}

/** Relative to the project; undefined for a file outside it. */
function ownName(file: string, root: string): string | undefined {
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  const folder = [root, realpathSync(root)].find((each) => path.startsWith(each.replace(/[\\/]$/, "") + sep));
  if (folder === undefined || path.includes(`node_modules${sep}`)) return undefined;
  return relative(folder, path).replaceAll("\\", "/");
}

/** Node's own message has absolute paths, and not the line of the `import`. */
function missingImport(message: string, root: string): string | undefined {
  const [, kind, wanted = "", by = ""] =
    /^Cannot find (module|package) '(.+?)' imported from (.+)$/.exec(message) ?? [];
  if (kind === undefined) return undefined;
  const path = by.startsWith("file:") ? fileURLToPath(by) : by;
  const place = `${ownName(path, root) ?? path}:${importLine(path, parse(wanted).name)}`;
  return kind === "package"
    ? `${place}: imports the package ${wanted}, which is not installed. Install it: npm install ${wanted}`
    : `${place}: imports ${ownName(wanted, root) ?? wanted}, which is not there.`;
}

function importLine(file: string, name: string): number {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const index = lines.findIndex((line) => /\b(?:from|import)\b/.test(line) && line.includes(name));
  return index === -1 ? 1 : index + 1;
}
